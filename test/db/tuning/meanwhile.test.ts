import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { applyTuning, revertTuning, tuningStatus } from '../../../src/tuning/index.ts'
import { onServer, prepare, profileOf, serverOfFile, snapshot } from './support.ts'

const APPLY = { hardware: {}, allowUnsafe: false, restart: true }
const REVERT = { conflicts: 'report', restart: true } as const

const { cluster, tuning } = serverOfFile()

describe('a mistake in a file of the server’s', () => {
  it('hides what stands in postgresql.auto.conf: revert waits for its correction, and then puts all back', async () => {
    const before = await snapshot(cluster)
    const profile = profileOf({ work_mem: { value: '32MB' }, max_wal_size: { value: '2GB' } })
    await applyTuning({ ...tuning, ...APPLY, profile })
    const file = join(cluster.dataDirectory, 'postgresql.conf')
    const right = readFileSync(file, 'utf8')
    appendFileSync(file, 'work_mem = = 3MB\n')
    await expect(revertTuning({ ...tuning, ...REVERT })).rejects.toMatchObject({
      code: 'TUNING_NOT_ALLOWED',
      message: expect.stringContaining('syntax error'),
    })
    const status = await tuningStatus(tuning)
    expect(status.fileErrors).toMatchObject([expect.stringContaining('syntax error')])
    expect(status.settings.map((s) => s.state)).toEqual(['applied', 'applied'])
    writeFileSync(file, right)
    await revertTuning({ ...tuning, ...REVERT })
    expect(await snapshot(cluster)).toEqual(before)
  })

  it('that comes in the middle of an apply ends it in seconds', async () => {
    const before = await snapshot(cluster)
    const file = join(cluster.dataDirectory, 'postgresql.conf')
    const right = readFileSync(file, 'utf8')
    const attempt = applyTuning({
      ...tuning,
      ...APPLY,
      profile: profileOf({ work_mem: { value: '32MB' } }),
      emit: (event) => {
        if (event.type === 'tuning.set' && event.name === 'work_mem')
          appendFileSync(file, 'work_mem = = 3MB\n')
      },
    }).finally(() => writeFileSync(file, right))
    await expect(attempt).rejects.toMatchObject({ code: 'TUNING_NOT_EFFECTIVE' })
    await revertTuning({ ...tuning, ...REVERT })
    expect(await snapshot(cluster)).toEqual(before)
  })
})

describe('a setting', () => {
  it('that every role has a value for is set below it, and that is said', async () => {
    await onServer(cluster, (sql) => sql`alter role all set work_mem = '9MB'`)
    const before = await snapshot(cluster)
    const profile = profileOf({ work_mem: { value: '32MB' } })
    expect(await applyTuning({ ...tuning, ...APPLY, profile })).toMatchObject({
      shadowed: [{ name: 'work_mem', by: 'every role' }],
    })
    await revertTuning({ ...tuning, ...REVERT })
    expect(await snapshot(cluster)).toEqual(before)
    await onServer(cluster, (sql) => sql`alter role all reset all`)
  })

  it('that the server has chosen itself comes into force by a restart, and goes back by one', async () => {
    await prepare(cluster, [`alter system set wal_buffers = -1`])
    const before = await snapshot(cluster)
    const profile = profileOf({ wal_buffers: { value: '3MB', level: 'L2' } })
    expect(await applyTuning({ ...tuning, ...APPLY, profile })).toMatchObject({ restarted: true })
    const [row] = await onServer(cluster, (sql) => sql`select current_setting('wal_buffers') as now`)
    expect(row!.now).toBe('3MB')
    expect(await revertTuning({ ...tuning, ...REVERT })).toMatchObject({ restarted: true, notes: [] })
    expect(await snapshot(cluster)).toEqual(before)
  })

  it('is turned off by -1 where it is on, and shown in the server’s own words', async () => {
    await prepare(cluster, [`alter system set log_min_duration_statement = '250ms'`])
    const before = await snapshot(cluster)
    const profile = profileOf({
      log_min_duration_statement: { value: -1 },
      log_timezone: { value: 'europe/berlin' },
      wal_compression: { value: true },
      log_file_mode: { value: '0640' },
      work_mem: { value: '0.01GB' },
      tcp_keepalives_idle: { value: 77 },
    })
    const applied = await applyTuning({ ...tuning, ...APPLY, profile })
    expect(applied.changed).toHaveLength(6)
    const [row] = await onServer(
      cluster,
      (sql) =>
        sql`select current_setting('log_min_duration_statement') as off, current_setting('work_mem') as mem`,
    )
    expect(row).toEqual({ off: '-1', mem: '10MB' })
    await revertTuning({ ...tuning, ...REVERT })
    expect(await snapshot(cluster)).toEqual(before)
  })

  it('whose library is gone when it is put back is no obstacle', async () => {
    await prepare(cluster, [`alter system set shared_preload_libraries = 'auto_explain'`])
    await applyTuning({
      ...tuning,
      ...APPLY,
      profile: profileOf({ 'auto_explain.log_min_duration': { value: '250ms' } }),
    })
    await prepare(cluster, [`alter system reset shared_preload_libraries`])
    expect(await tuningStatus(tuning)).toMatchObject({ open: true })
    expect(await revertTuning({ ...tuning, ...REVERT })).toMatchObject({
      settings: [{ name: 'auto_explain.log_min_duration', outcome: 'restored' }],
      notes: [expect.stringContaining('is unknown to the server now')],
    })
    expect((await snapshot(cluster)).auto).not.toHaveProperty(['auto_explain.log_min_duration'])
  })
})
