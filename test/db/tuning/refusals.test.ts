import { cpSync, existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { LOCK_CLASS, LOCKS } from '../../../src/db/index.ts'
import {
  applyTuning,
  bulk,
  closeJournalsOf,
  openJournals,
  revertTuning,
  type TuningContext,
  tuningStatus,
} from '../../../src/tuning/index.ts'
import { onServer, prepare, profileOf, serverOfFile, snapshot } from './support.ts'

const APPLY = { hardware: {}, allowUnsafe: false, restart: true }

const { cluster, root, tuning } = serverOfFile()

/** The journal of another boot of the machine. */
function pretendReboot(stateDir: string): void {
  const [name] = readdirSync(join(stateDir, 'tuning'))
  const path = join(stateDir, 'tuning', name!)
  writeFileSync(path, readFileSync(path, 'utf8').replace(/"bootId":"[^"]*"/g, '"bootId":"another"'))
}

describe('what is refused changes nothing', () => {
  it('unknown settings, impossible values, durability without --unsafe', async () => {
    const before = await snapshot(cluster)
    const refused = (profile: typeof bulk) => applyTuning({ ...tuning, ...APPLY, profile })
    const good = { work_mem: { value: '32MB' } }
    await expect(refused(profileOf({ ...good, max_wall_size: {} }))).rejects.toMatchObject({
      code: 'TUNING_UNKNOWN_SETTING',
      exitCode: 2,
      facts: { nearest: 'max_wal_size' },
    })
    await expect(refused(profileOf({ ...good, max_wal_size: { value: '1kB' } }))).rejects.toMatchObject({
      code: 'TUNING_BAD_VALUE',
      exitCode: 2,
    })
    await expect(refused(bulk)).rejects.toMatchObject({ code: 'TUNING_REFUSED', exitCode: 3 })
    expect(await snapshot(cluster)).toEqual(before)
    expect(existsSync(join(root, '.gigarow/tuning'))).toBe(false)
  })

  it('durability on a server with a replication slot, --unsafe or not', async () => {
    await onServer(cluster, (sql) => sql`select pg_create_physical_replication_slot('standby')`)
    const attempt = applyTuning({ ...tuning, ...APPLY, profile: bulk, allowUnsafe: true })
    await expect(attempt).rejects.toMatchObject({
      code: 'TUNING_REFUSED',
      facts: { dependents: ['1 replication slot'] },
    })
    await onServer(cluster, (sql) => sql`select pg_drop_replication_slot('standby')`)
  })

  it('a second gigarow at the same time', async () => {
    await onServer(cluster, async (sql) => {
      await sql`select pg_advisory_lock(${0x67696772}::int, 4)`
      const attempt = applyTuning({
        ...tuning,
        ...APPLY,
        profile: profileOf({ work_mem: { value: '32MB' } }),
      })
      await expect(attempt).rejects.toMatchObject({ code: 'TUNING_BUSY' })
    })
  })
})

describe('a restart', () => {
  it('does not break a load that is running, neither for the apply nor for the revert', async () => {
    const before = await snapshot(cluster)
    const loading = (use: () => Promise<unknown>) =>
      onServer(cluster, async (sql) => {
        await sql`select pg_advisory_lock(${LOCK_CLASS}::int, ${LOCKS.seed}::int)`
        await use()
      })
    const profile = profileOf({ work_mem: { value: '32MB' }, wal_buffers: { value: '8MB', level: 'L2' } })
    const busy = { code: 'TUNING_BUSY', facts: { flag: '--no-restart' } }
    await loading(async () => {
      await expect(applyTuning({ ...tuning, ...APPLY, profile })).rejects.toMatchObject(busy)
      expect((await tuningStatus(tuning)).open).toBe(false)
    })
    await applyTuning({ ...tuning, ...APPLY, profile })
    const revert = { ...tuning, conflicts: 'report', restart: true } as const
    await loading(() => expect(revertTuning(revert)).rejects.toMatchObject(busy))
    await revertTuning(revert)
    expect(await snapshot(cluster)).toEqual(before)
  })
})

describe('a server that is gone', () => {
  it('is named with its journal, until its data are deleted', async () => {
    const { systemIdentifier } = await onServer(cluster, async (sql) => {
      const [row] = await sql<{ systemIdentifier: string }[]>`
        select system_identifier::text as "systemIdentifier" from pg_control_system()`
      return row!
    })
    await applyTuning({ ...tuning, ...APPLY, profile: profileOf({ work_mem: { value: '32MB' } }) })
    const stateDir = join(tuning.stateDir, 'other')
    cpSync(join(tuning.stateDir, 'tuning'), join(stateDir, 'tuning'), { recursive: true })
    await revertTuning({ ...tuning, conflicts: 'report', restart: true })
    const journal = join(stateDir, 'tuning', '1.jsonl')
    renameSync(join(stateDir, 'tuning', `${systemIdentifier}.jsonl`), journal)
    const nothing = await revertTuning({ ...tuning, stateDir, conflicts: 'report', restart: true })
    expect(nothing).toMatchObject({ profile: null, elsewhere: [{ profile: 'test', journal }] })
    closeJournalsOf(stateDir, cluster.dataDirectory)
    expect(openJournals(stateDir)).toEqual([])
  })
})

describe('a failure in the middle', () => {
  it('takes back what was done when the server itself rejects a value', async () => {
    const before = await snapshot(cluster)
    // pg_settings does not tell that this one has to be a path of a time zone file.
    const profile = profileOf({ work_mem: { value: '32MB' }, log_timezone: { value: 'Nowhere/Land' } })
    await expect(applyTuning({ ...tuning, ...APPLY, profile })).rejects.toThrow(/Nowhere\/Land/)
    expect(await snapshot(cluster)).toEqual(before)
    expect((await tuningStatus(tuning)).open).toBe(false)
  })

  it('takes back what was done on Ctrl-C', async () => {
    const before = await snapshot(cluster)
    const stop = new AbortController()
    const emit: TuningContext['emit'] = (event) => {
      if (event.type === 'tuning.set') stop.abort()
    }
    const profile = profileOf({ work_mem: { value: '32MB' }, max_wal_size: { value: '2GB' } })
    const attempt = applyTuning({ ...tuning, ...APPLY, profile, emit, signal: stop.signal })
    await expect(attempt).rejects.toMatchObject({ code: 'INTERRUPTED' })
    expect(await snapshot(cluster)).toEqual(before)
    expect((await tuningStatus(tuning)).open).toBe(false)
  })

  it('mends a server that does not start with the new settings, in its files', async () => {
    await prepare(cluster, [`alter system set work_mem = '0.01GB'`])
    const before = await snapshot(cluster)
    const profile = profileOf({
      work_mem: { value: '32MB' },
      shared_preload_libraries: { value: 'no_such_library', level: 'L2' },
    })
    const attempt = applyTuning({ ...tuning, ...APPLY, profile })
    await expect(attempt).rejects.toMatchObject({ code: 'TUNING_RESTART_FAILED' })
    expect(await snapshot(cluster)).toEqual(before)
    expect((await tuningStatus(tuning)).open).toBe(false)
  })

  it('does not trust data that went through a restart of the machine without fsync', async () => {
    const before = await snapshot(cluster)
    await applyTuning({ ...tuning, ...APPLY, profile: bulk, allowUnsafe: true })
    pretendReboot(tuning.stateDir)
    expect((await tuningStatus(tuning)).suspect).toBe(true)
    const attempt = revertTuning({ ...tuning, conflicts: 'report', restart: true })
    await expect(attempt).rejects.toMatchObject({ code: 'TUNING_DATA_SUSPECT', exitCode: 1 })
    expect(await snapshot(cluster)).toEqual(before)
    const told = await tuningStatus(tuning)
    expect(told).toMatchObject({ open: false, suspect: true, last: { profile: 'bulk', suspect: true } })
  })
})
