import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Target, targetUrl, withDatabase } from '../../src/db/index.ts'
import type { Case, CaseCommand, Place } from './case.ts'

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url))

/** Lays out the project of a case in `cwd`. */
export function copyProject({ folder }: Case, cwd: string): void {
  cpSync(join(folder, '../_project'), cwd, { recursive: true })
  overlay(folder, 'project', cwd)
  const modules = join(cwd, 'node_modules')
  mkdirSync(modules)
  symlinkSync(REPOSITORY, join(modules, 'gigarow'))
  symlinkSync(join(REPOSITORY, 'node_modules/drizzle-orm'), join(modules, 'drizzle-orm'))
}

export function overlay(folder: string, name: 'project' | 'edit', cwd: string): void {
  const from = join(folder, name)
  if (existsSync(from)) cpSync(from, cwd, { recursive: true })
}

export interface Ports {
  /** Nobody listens there. */
  readonly closed: number
  /** Somebody else does. */
  readonly taken: number
}

/** Two ports of loopback addresses; the listener of the taken one lives as long as `use`. */
export async function withPorts<T>(use: (ports: Ports) => Promise<T>): Promise<T> {
  const [gone, stays] = await Promise.all([listen(), listen()])
  const closed = (gone.address() as AddressInfo).port
  await new Promise((resolve) => gone.close(resolve))
  try {
    return await use({ closed, taken: (stays.address() as AddressInfo).port })
  } finally {
    await new Promise((resolve) => stays.close(resolve))
  }
}

function listen(): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen({ port: 0, host: '127.0.0.1' }, () => resolve(server))
  })
}

export function places(database: Target, { closed, taken }: Ports): Readonly<Record<Place, string>> {
  const closedTarget: Target = { ...database, host: '127.0.0.1', port: closed, database: 'shop' }
  return {
    '{database}': targetUrl(database),
    '{wrong-password}': targetUrl({ ...database, password: 'wrong' }),
    '{wrong-database}': targetUrl({ ...database, database: 'no_such_database' }),
    '{closed-port}': targetUrl(closedTarget),
    '{taken-port}': String(taken),
  }
}

export function commandEnv(command: CaseCommand, filled: Readonly<Record<Place, string>>) {
  const env: Record<string, string> = { DATABASE_URL: filled['{database}'] }
  for (const [name, value] of Object.entries(command.env)) {
    env[name] = value in filled ? filled[value as Place] : value
  }
  return env
}

/** All that a command could have changed: the files of the project, the tables and settings of the database. */
export async function stateOf(cwd: string, database: Target): Promise<unknown> {
  return { files: files(cwd), database: await databaseState(database) }
}

function files(cwd: string): readonly string[] {
  return readdirSync(cwd, { recursive: true, withFileTypes: true, encoding: 'utf8' })
    .filter(
      (entry) => entry.isFile() && !/[/\\](node_modules|\.gigarow)([/\\]|$)/.test(`${entry.parentPath}/`),
    )
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => `${path} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`)
}

/** gigarow's own tables count when they hold something: a failed command may have made them. */
function databaseState(database: Target): Promise<unknown> {
  return withDatabase(database, { doing: 'looking at a test database', max: 1 }, async ({ sql }) => {
    const relations = await sql<{ name: string; own: boolean; rows: string | null; text: string }[]>`
      select c.oid::regclass::text as name, nspname = 'gigarow' as own, content as rows,
             concat_ws(' ', c.oid::regclass, relkind, reloptions, content) as text
        from pg_class c join pg_namespace n on n.oid = relnamespace,
             lateral (select case when relkind in ('r', 'p', 'm') then
               (xpath('/row/md5/text()', query_to_xml(format('select md5(string_agg(t::text, '';'' order by t::text)) from %s t', c.oid::regclass), false, true, '')))[1]::text
             end as content) as counted
       where nspname not in ('pg_catalog', 'information_schema', 'pg_toast') order by 1`
    const settings =
      await sql`select concat(name, ' = ', setting) as text from pg_file_settings order by seqno`
    return [
      ...relations.filter((r) => !r.own || (r.rows !== null && r.name !== 'gigarow.store_version')),
      ...settings,
    ].map(({ text }) => text as string)
  })
}
