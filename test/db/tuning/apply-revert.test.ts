import { describe, expect, it } from 'vitest'
import {
  applyTuning,
  bulk,
  bulkSafe,
  revertTuning,
  type TuningContext,
  tuningStatus,
} from '../../../src/tuning/index.ts'
import { ODD_SETTINGS, onServer, prepare, profileOf, serverOfFile, snapshot } from './support.ts'

const HARDWARE = {
  cpus: 4,
  memoryBytes: 1024 ** 3,
  diskFreeBytes: 20 * 1024 ** 3,
  walFreeBytes: 20 * 1024 ** 3,
}
const APPLY = { hardware: HARDWARE, allowUnsafe: true, restart: true }
const REVERT = { conflicts: 'report', restart: true } as const

const { cluster, tuning } = serverOfFile()

describe('apply and revert', () => {
  it('leave a server with odd settings as it was, restarts included', async () => {
    await prepare(cluster, ODD_SETTINGS)
    const before = await snapshot(cluster)

    const applied = await applyTuning({ ...tuning, ...APPLY, profile: bulk })
    expect(applied).toMatchObject({ outcome: 'applied', restarted: true, pendingRestart: [] })
    const now = await onServer(
      cluster,
      (sql) => sql`select current_setting('fsync') as fsync, current_setting('wal_level') as wal_level,
                            current_setting('max_wal_size') as max_wal_size,
                            pg_current_wal_insert_lsn()::text as lsn`,
    )
    expect(now[0]).toMatchObject({ fsync: 'off', wal_level: 'minimal', max_wal_size: '6GB' })
    const durabilityOff = ['fsync', 'full_page_writes', 'synchronous_commit']
    expect(await tuningStatus(tuning)).toMatchObject({ durabilityOff, last: null })
    expect(await tuningStatus(tuning)).toMatchObject({ open: true, unfinished: false, phase: 'applied' })

    const events: string[] = []
    const emit: TuningContext['emit'] = (event) => events.push(event.type)
    const reverted = await revertTuning({ ...tuning, ...REVERT, emit })
    expect(reverted).toMatchObject({ profile: 'bulk', pendingRestart: [], notes: [] })
    expect(await snapshot(cluster)).toEqual(before)
    // The disks are brought up to date when fsync is on again, and the checkpoint comes with full pages.
    expect(events.indexOf('tuning.reloaded')).toBeLessThan(events.indexOf('tuning.synced'))
    const [control] = await onServer(
      cluster,
      (sql) => sql`select full_page_writes as full, redo_lsn > ${now[0]!.lsn}::pg_lsn as later
                     from pg_control_checkpoint()`,
    )
    expect(control).toEqual({ full: true, later: true })
    expect(await tuningStatus(tuning)).toMatchObject({
      ...{ open: false, unfinished: false, suspect: false, durabilityOff: [] },
      last: { profile: 'bulk', synced: true, unsafe: expect.arrayContaining(['fsync', 'full_page_writes']) },
    })
  })

  it('put lists back member by member and the server starts again', async () => {
    await prepare(cluster, [
      ...ODD_SETTINGS,
      `alter system set shared_preload_libraries = 'auto_explain', 'pg_stat_statements'`,
    ])
    const before = await snapshot(cluster)
    const profile = profileOf({
      shared_preload_libraries: { value: 'auto_explain', level: 'L2' },
      search_path: { value: '"A b", c' },
      cluster_name: { value: 'x', level: 'L2' },
    })
    await applyTuning({ ...tuning, ...APPLY, profile })
    const [now] = await onServer(
      cluster,
      (sql) => sql`select current_schemas(true), current_setting('search_path') as path`,
    )
    expect(now!.path).toBe('"A b", c')
    await revertTuning({ ...tuning, ...REVERT })
    expect(await snapshot(cluster)).toEqual(before)
  })

  it('say what is done already, and refuse a second profile', async () => {
    const safe = { ...tuning, ...APPLY, profile: bulkSafe, allowUnsafe: false }
    await applyTuning(safe)
    expect(await applyTuning(safe)).toMatchObject({ outcome: 'already', changed: [] })
    const other = { ...tuning, ...APPLY, profile: bulk }
    await expect(applyTuning(other)).rejects.toMatchObject({ code: 'TUNING_OPEN', exitCode: 3 })
    await revertTuning({ ...tuning, ...REVERT })
    expect(await revertTuning({ ...tuning, ...REVERT })).toMatchObject({ profile: null, settings: [] })
  })

  it('leave restarts to the user where nothing can restart, and finish after his', async () => {
    const before = await snapshot(cluster)
    const { driver: _, ...alone } = tuning
    const options = {
      ...alone,
      ...APPLY,
      profile: profileOf({ wal_buffers: { value: '2MB', level: 'L2' } }),
    }
    expect(await applyTuning(options)).toMatchObject({ pendingRestart: ['wal_buffers'], restarted: false })
    expect((await tuningStatus(alone)).settings).toMatchObject([{ state: 'waits for a restart' }])
    await cluster.restart()
    expect(await applyTuning(options)).toMatchObject({ outcome: 'finished', pendingRestart: [] })
    expect(await revertTuning({ ...alone, ...REVERT })).toMatchObject({ pendingRestart: ['wal_buffers'] })
    await cluster.restart()
    expect(await revertTuning({ ...alone, ...REVERT })).toMatchObject({ pendingRestart: [] })
    expect(await snapshot(cluster)).toEqual(before)
  })
})

describe('somebody else at the same server', () => {
  it('keeps what he set meanwhile, and everything else goes back', async () => {
    const before = await snapshot(cluster)
    const profile = profileOf({ work_mem: { value: '32MB' }, max_wal_size: { value: '2GB' } })
    await applyTuning({ ...tuning, ...APPLY, profile })
    await onServer(cluster, (sql) => sql`alter system set work_mem = '77MB'`)

    await expect(revertTuning({ ...tuning, ...REVERT })).rejects.toMatchObject({
      code: 'TUNING_CONFLICT',
      exitCode: 3,
      facts: { settings: ['work_mem'] },
    })
    expect((await snapshot(cluster)).auto).toEqual({ ...before.auto, work_mem: '77MB' })
    expect((await tuningStatus(tuning)).unfinished).toBe(true)

    const kept = await revertTuning({ ...tuning, ...REVERT, conflicts: 'keep' })
    expect(kept.settings).toContainEqual({ name: 'work_mem', to: '77MB', outcome: 'kept' })
    expect((await snapshot(cluster)).auto).toEqual({ ...before.auto, work_mem: '77MB' })
    expect((await tuningStatus(tuning)).open).toBe(false)
  })

  it('loses it when the revert is forced', async () => {
    const before = await snapshot(cluster)
    await applyTuning({ ...tuning, ...APPLY, profile: profileOf({ work_mem: { value: '32MB' } }) })
    await onServer(cluster, (sql) => sql`alter system set work_mem = '77MB'`)
    await revertTuning({ ...tuning, ...REVERT, conflicts: 'force' })
    expect(await snapshot(cluster)).toEqual(before)
  })
})

describe('fsync that somebody else keeps off', () => {
  it('is followed by a sync when he lets go, not before', async () => {
    const before = await snapshot(cluster)
    const events: string[] = []
    const revert = { ...tuning, emit: (event: { type: string }) => events.push(event.type), restart: true }
    await applyTuning({ ...tuning, ...APPLY, profile: bulk })
    await onServer(cluster, (sql) => sql.unsafe(`alter system set fsync = 'false'`))
    await expect(revertTuning({ ...revert, conflicts: 'report' })).rejects.toMatchObject({
      code: 'TUNING_CONFLICT',
    })
    expect(events).not.toContain('tuning.synced')
    await revertTuning({ ...revert, conflicts: 'force' })
    expect(events).toContain('tuning.synced')
    expect(await snapshot(cluster)).toEqual(before)
  })
})
