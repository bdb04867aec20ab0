import { spawnSync } from 'node:child_process'
import { appendFileSync, cpSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { choosePort } from '../../../src/cluster/port.ts'
import { type Target, targetUrl, withDatabase } from '../../../src/db/index.ts'
import { autoConfMap } from '../../../src/tuning/auto-conf.ts'
import {
  applyTuning,
  bulk,
  bulkSafe,
  oltp,
  planForServer,
  restartArgv,
  restartDriver,
  revertTuning,
  type TuningContext,
  tuningStatus,
} from '../../../src/tuning/index.ts'
import { runCli, temporaryDir, testMajor } from '../../support/index.ts'
import { until } from '../../support/until.ts'
import { onServer, prepare, profileOf, serverOfFile, snapshot } from './support.ts'

const { cluster, tuning } = serverOfFile()
const major = testMajor() ?? 18
const GB = 1024 ** 3
const HARDWARE = { cpus: 4, memoryBytes: 4 * GB, diskFreeBytes: 20 * GB, walFreeBytes: 20 * GB }
const APPLY = { hardware: HARDWARE, allowUnsafe: true, restart: false }
const REVERT = { conflicts: 'report', restart: false } as const

let before: Awaited<ReturnType<typeof everything>>
let target: Target

/** Settings of roles and databases too. */
async function everything() {
  const roles = await onServer(
    cluster,
    (sql) => sql`select setdatabase, setrole, setconfig from pg_db_role_setting order by 1, 2`,
  )
  return { ...(await snapshot(cluster)), roles: roles.map((row) => ({ ...row })) }
}

/** As the role app, which is no superuser; it may do nothing but what the statements grant. */
function asApp(): TuningContext {
  const app = { ...target, user: 'app', password: 'secret' }
  return { connect: (doing, use) => withDatabase(app, { doing, max: 3 }, use), stateDir: tuning.stateDir }
}

const statements = (...list: readonly string[]) =>
  onServer(cluster, async (sql) => {
    for (const statement of list) await sql.unsafe(statement)
  })

function runAsServer(file: string, args: readonly string[]): void {
  const { uid, gid } = statSync(cluster.dataDirectory)
  const account = process.getuid?.() === 0 ? { uid, gid } : {}
  const { status, stderr } = spawnSync(file, args, {
    cwd: '/',
    stdio: ['ignore', 'ignore', 'pipe'],
    ...account,
  })
  if (status !== 0) throw new Error(`${file}: ${stderr.toString()}`)
}

beforeAll(async () => {
  target = await cluster.start()
  await statements(`create role app login password 'secret'`)
})
beforeEach(async () => {
  before = await everything()
})
afterEach(async () => {
  expect(await everything()).toEqual(before)
})

describe('a role without superuser', () => {
  it('gets what it may set for itself in this database, hears what not, and gets its own value back', async () => {
    await statements(`alter role app in database gigarow set work_mem = '0.007GB'`)
    const own = await everything()
    const plan = await planForServer({ ...asApp(), profile: bulkSafe, hardware: HARDWARE })
    expect(plan.settings.find((s) => s.name === 'max_wal_size')).toMatchObject({
      action: 'skip',
      forbidden: true,
      note: 'ALTER SYSTEM needs a superuser',
    })
    const applied = await applyTuning({ ...asApp(), ...APPLY, profile: bulkSafe })
    expect(applied.changed).toEqual([
      { name: 'maintenance_work_mem', from: '256MB', to: '512MB', scope: 'role app in database gigarow' },
      {
        name: 'max_parallel_maintenance_workers',
        from: '2',
        to: '3',
        scope: 'role app in database gigarow',
      },
      { name: 'work_mem', from: '7MB', to: '32MB', scope: 'role app in database gigarow' },
    ])
    expect(applied.skipped.filter((s) => s.forbidden).map((s) => s.name)).toEqual([
      'max_wal_size',
      'checkpoint_timeout',
      'shared_buffers',
      'wal_buffers',
    ])
    const seen = await asApp().connect(
      'looking',
      ({ sql }) => sql`select current_setting('work_mem') as work_mem`,
    )
    expect(seen[0]).toEqual({ work_mem: '32MB' })
    expect(await snapshot(cluster)).toEqual({ auto: before.auto, settings: before.settings })
    expect(await tuningStatus(asApp())).toMatchObject({ open: true, unfinished: false })

    await statements(`alter role app in database gigarow set work_mem = '99MB'`)
    await expect(revertTuning({ ...asApp(), ...REVERT })).rejects.toMatchObject({
      code: 'TUNING_CONFLICT',
      facts: { settings: ['work_mem'] },
    })
    await revertTuning({ ...asApp(), ...REVERT, conflicts: 'force' })
    expect(await everything()).toEqual(own)
    await statements(`alter role app in database gigarow reset work_mem`)
  })

  it('is refused, with the way out, when nothing of the profile is for it', async () => {
    const profile = profileOf({ shared_buffers: { value: '64MB' }, max_wal_size: { value: '2GB' } })
    await expect(applyTuning({ ...asApp(), ...APPLY, profile })).rejects.toMatchObject({
      code: 'TUNING_NOT_ALLOWED',
      hint: expect.stringContaining('tune render'),
    })
  })

  it.runIf(major >= 15)('uses ALTER SYSTEM where it was granted and can be taken back', async () => {
    const profile = profileOf({ max_wal_size: { value: '2GB' } })
    await statements('grant alter system on parameter max_wal_size to app')
    await expect(applyTuning({ ...asApp(), ...APPLY, profile })).rejects.toMatchObject({
      code: 'TUNING_NOT_ALLOWED',
      message: expect.stringContaining('could not be taken back'),
    })
    await statements(
      'grant select on pg_file_settings to app',
      'grant execute on function pg_show_all_file_settings(), pg_reload_conf() to app',
      'grant pg_read_all_settings to app',
    )
    const applied = await applyTuning({ ...asApp(), ...APPLY, profile })
    expect(applied.changed).toMatchObject([{ name: 'max_wal_size', to: '2GB', scope: null }])
    await revertTuning({ ...asApp(), ...REVERT })
    await statements(
      'revoke alter system on parameter max_wal_size from app',
      'revoke select on pg_file_settings from app',
      'revoke execute on function pg_show_all_file_settings(), pg_reload_conf() from app',
      'revoke pg_read_all_settings from app',
    )
  })
})

describe('a server that does not let everything be set', () => {
  it.runIf(major >= 17)('with allow_alter_system = off gives the role what it can', async () => {
    const conf = join(cluster.dataDirectory, 'postgresql.conf')
    const text = readFileSync(conf, 'utf8')
    appendFileSync(conf, '\nallow_alter_system = off\n')
    await cluster.restart()
    const profile = profileOf({ work_mem: { value: '32MB' }, max_wal_size: { value: '2GB' } })
    const applied = await applyTuning({ ...tuning, ...APPLY, profile })
    expect(applied).toMatchObject({
      changed: [{ name: 'work_mem', scope: 'role postgres in database gigarow' }],
      skipped: [{ name: 'max_wal_size', why: expect.stringContaining('allow_alter_system') }],
    })
    await revertTuning({ ...tuning, ...REVERT })
    writeFileSync(conf, text)
    await cluster.restart()
  })

  it('leaves alone what stands on the server’s command line, and says so', async () => {
    const { file, args } = restartArgv({ driver: 'pg_ctl', dataDirectory: cluster.dataDirectory })!
    // By -D the embedded cluster knows its server again.
    runAsServer(file, [...args, '-o', `-D ${cluster.dataDirectory} -c work_mem=5MB`])
    const profile = profileOf({ work_mem: { value: '32MB' }, max_wal_size: { value: '2GB' } })
    const applied = await applyTuning({ ...tuning, ...APPLY, profile })
    expect(applied).toMatchObject({
      changed: [{ name: 'max_wal_size' }],
      skipped: [{ name: 'work_mem', forbidden: false, why: expect.stringContaining('command line') }],
    })
    await revertTuning({ ...tuning, ...REVERT })
    await cluster.restart()
  })

  it('says which roles and databases have a value of their own', async () => {
    await statements(`alter role app set work_mem = '1MB'`, `alter database gigarow set work_mem = '2MB'`)
    const profile = profileOf({ work_mem: { value: '32MB' } })
    const { shadowed } = await applyTuning({ ...tuning, ...APPLY, profile })
    expect(shadowed).toEqual([{ name: 'work_mem', by: 'role app, database gigarow' }])
    await revertTuning({ ...tuning, ...REVERT })
    await statements('alter role app reset work_mem', 'alter database gigarow reset work_mem')
  })
})

describe('a server that others depend on', () => {
  it('with archive_mode keeps its durability; safe profiles work', async () => {
    await prepare(cluster, ['alter system set archive_mode = on'])
    await expect(applyTuning({ ...tuning, ...APPLY, profile: bulk })).rejects.toMatchObject({
      code: 'TUNING_REFUSED',
      facts: { dependents: ['archiving'] },
    })
    const applied = await applyTuning({
      ...tuning,
      ...APPLY,
      profile: bulkSafe,
      selection: { only: ['work_mem'] },
    })
    expect(applied.changed.map((c) => c.name)).toEqual(['work_mem'])
    await revertTuning({ ...tuning, ...REVERT })
    await prepare(cluster, ['alter system reset archive_mode'])
  })

  it('with a standby keeps its durability and what the standby must follow; the standby is set by itself', async () => {
    const hba = join(cluster.dataDirectory, 'pg_hba.conf')
    const rules = readFileSync(hba, 'utf8')
    appendFileSync(hba, 'host replication all 127.0.0.1/32 scram-sha-256\n')
    await cluster.restart()
    const standby = await startStandby()
    try {
      await expect(applyTuning({ ...tuning, ...APPLY, profile: bulk })).rejects.toMatchObject({
        code: 'TUNING_REFUSED',
        facts: { dependents: ['1 connected standby'] },
      })
      const plan = await planForServer({ ...tuning, profile: oltp, hardware: HARDWARE })
      expect(plan.settings.find((s) => s.name === 'max_connections')).toMatchObject({
        action: 'skip',
        note: expect.stringContaining('standby'),
      })
      await onStandby(standby)
    } finally {
      standby.stop()
      writeFileSync(hba, rules)
    }
    await cluster.restart()
  })
})

const onStandby = async ({ connect, dataDirectory }: Awaited<ReturnType<typeof startStandby>>) => {
  const notes: string[] = []
  const there: TuningContext = {
    connect,
    stateDir: tuning.stateDir,
    driver: restartDriver({ driver: 'pg_ctl', dataDirectory }),
    emit: (event) => event.type === 'tuning.note' && notes.push(event.text),
  }
  const file = () => readFileSync(join(dataDirectory, 'postgresql.auto.conf'), 'utf8')
  const untouched = file()
  const plan = await planForServer({ ...there, profile: bulkSafe, hardware: HARDWARE })
  expect(plan.notes).toEqual([expect.stringContaining('is a standby')])
  expect(await tuningStatus(there)).toMatchObject({ open: false, unfinished: false })
  const url = await connect('looking', async (db) => targetUrl(db.target))
  const tune = (...args: readonly string[]) =>
    runCli(['tune', ...args, '--url', url], { cwd: temporaryDir() })
  expect(await tune('plan', 'bulk-safe')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('This server is a standby'),
  })
  expect(await tune('apply', 'bulk', '--unsafe')).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('this server is a standby: '),
  })
  await expect(applyTuning({ ...there, ...APPLY, profile: bulk })).rejects.toMatchObject({
    code: 'TUNING_REFUSED',
    facts: { dependents: ['standby'] },
  })
  const lower = profileOf({ max_connections: { value: 10, level: 'L2' }, work_mem: { value: '32MB' } })
  const applied = await applyTuning({ ...there, ...APPLY, profile: lower })
  expect(applied).toMatchObject({
    changed: [{ name: 'work_mem', to: '32MB' }],
    skipped: [{ name: 'max_connections', why: expect.stringContaining('primary') }],
  })
  await revertTuning({ ...there, ...REVERT })

  const whole = { ...there, ...APPLY, restart: true, profile: bulkSafe }
  expect(await applyTuning(whole)).toMatchObject({ restarted: true, pendingRestart: [] })
  expect(notes).toContainEqual(expect.stringContaining('is a standby'))
  const [row] = await connect(
    'looking',
    ({ sql }) => sql`select current_setting('wal_buffers') as buffers, pg_is_in_recovery() as standby`,
  )
  expect(row).toEqual({ buffers: '64MB', standby: true })
  // Primary and standby have one system identifier, and each its own journal.
  expect(await tuningStatus(tuning)).toMatchObject({ open: false, elsewhere: [{ profile: 'bulk-safe' }] })
  expect(await revertTuning({ ...tuning, ...REVERT })).toMatchObject({ profile: null })
  expect(await tuningStatus(there)).toMatchObject({ open: true, phase: 'applied' })
  await revertTuning({ ...there, ...REVERT, restart: true })
  expect(autoConfMap(file())).toEqual(autoConfMap(untouched))
  expect(await tuningStatus(there)).toMatchObject({ open: false })
}

/** A copy of the server that replays what the server does: connected when this returns. */
async function startStandby() {
  const folder = temporaryDir('standby-')
  const dataDirectory = join(folder, 'data')
  const { file } = restartArgv({ driver: 'pg_ctl', dataDirectory: cluster.dataDirectory })!
  await cluster.stop()
  cpSync(cluster.dataDirectory, dataDirectory, { recursive: true })
  const { uid, gid } = statSync(cluster.dataDirectory)
  if (process.getuid?.() === 0) spawnSync('chown', ['-R', `${uid}:${gid}`, folder])
  await cluster.start()
  const port = await choosePort()
  const primary = `host=127.0.0.1 port=${target.port} user=postgres password=${target.password}`
  writeFileSync(join(dataDirectory, 'standby.signal'), '')
  rmSync(join(dataDirectory, 'postmaster.pid'), { force: true })
  appendFileSync(
    join(dataDirectory, 'postgresql.conf'),
    `\nprimary_conninfo = '${primary}'\nport = ${port}\nunix_socket_directories = ''\n`,
  )
  const where = ['-D', dataDirectory]
  runAsServer(file, ['start', ...where, '-w', '-l', join(dataDirectory, 'log')])
  const { socketDir: _, ...address } = target
  const connect: TuningContext['connect'] = (doing, use) =>
    withDatabase({ ...address, port }, { doing, max: 3, standby: true }, use)
  const stop = () => runAsServer(file, ['stop', ...where, '-m', 'immediate'])
  try {
    await until('the standby is connected', async () => {
      const rows = await onServer(cluster, (sql) => sql`select pid from pg_stat_replication`)
      return rows.length > 0
    })
    // pg_ctl does not wait for the moment from which on it answers.
    await until('the standby answers', () => connect('looking', async () => true).catch(() => false))
  } catch (error) {
    stop()
    throw new Error(readFileSync(join(dataDirectory, 'log'), 'utf8'), { cause: error })
  }
  return { dataDirectory, connect, stop }
}

describe.runIf(major >= 17)('two projects that tune one server', () => {
  it('see each other, and so does one whose journal is lost', async () => {
    const profile = profileOf({ work_mem: { value: '32MB' } })
    await applyTuning({ ...tuning, ...APPLY, profile })
    const other = { ...tuning, stateDir: temporaryDir('other-') }
    await expect(applyTuning({ ...other, ...APPLY, profile })).rejects.toMatchObject({
      code: 'TUNING_FOREIGN',
      exitCode: 3,
      message: expect.stringContaining('test, applied from'),
    })
    expect(await tuningStatus(other)).toMatchObject({
      open: false,
      foreign: expect.stringContaining('session'),
    })
    expect(await revertTuning({ ...other, ...REVERT })).toMatchObject({
      profile: null,
      foreign: expect.stringContaining('test'),
    })
    await revertTuning({ ...tuning, ...REVERT })
    expect(await tuningStatus(other)).toMatchObject({ foreign: null })

    await applyTuning({ ...tuning, ...APPLY, profile })
    rmSync(join(tuning.stateDir, 'tuning'), { recursive: true })
    expect(await tuningStatus(tuning)).toMatchObject({
      open: false,
      foreign: expect.stringContaining('test'),
    })
    await statements('alter system reset work_mem')
    expect(await revertTuning({ ...tuning, ...REVERT, dropMarker: true })).toMatchObject({ foreign: null })
  })
})
