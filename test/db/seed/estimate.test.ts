import { readdirSync, readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import billion from '../../../seeds/billion.ts'
import energy from '../../../seeds/energy.ts'
import events from '../../../seeds/events.ts'
import platform from '../../../seeds/platform.ts'
import simulation from '../../../seeds/simulation.ts'
import { type Database, withDatabase } from '../../../src/db/index.ts'
import {
  estimateLoad,
  type LoadEstimate,
  type Profile,
  planLoad,
  readTables,
  scaleProfile,
  spaceNeeded,
} from '../../../src/seed/index.ts'
import { testDatabase } from '../../support/index.ts'
import { load } from '../../support/load.ts'

const target = testDatabase()
const onDatabase = <T>(use: (db: Database) => Promise<T>) =>
  withDatabase(target, { doing: 'testing', max: 2 }, use)

beforeAll(() =>
  onDatabase(async ({ sql }) => {
    const folder = new URL('../../../migrations/', import.meta.url)
    for (const name of readdirSync(folder).sort())
      await sql.unsafe(readFileSync(new URL(`${name}/migration.sql`, folder), 'utf8')).simple()
  }),
)

async function estimateOf(db: Database, profile: Profile): Promise<LoadEstimate> {
  const plan = planLoad(profile, { jobs: 2 })
  const tables = await readTables(db.sql, plan)
  return estimateLoad(db, { plan, tables, jobs: 2, filler: 'copy' })
}

describe.each([billion, simulation, events, platform, energy])('$name', (whole) => {
  test('takes as much of the disk as was estimated, within 10 %', async () => {
    const profile = scaleProfile(whole, { rows: 20_000 })
    const estimate = await onDatabase((db) => estimateOf(db, profile))
    // By one session: of two that extend a table at a time each COPY leaves up to 64 pages empty, much of the 200 that 20,000 rows take.
    const report = await load(target, profile, { jobs: 1 })
    const bytes = report.tables.reduce((sum, table) => sum + table.bytes, 0)
    expect((estimate.disk.heap + estimate.disk.indexes) / bytes).toBeGreaterThan(0.9)
    expect((estimate.disk.heap + estimate.disk.indexes) / bytes).toBeLessThan(1.1)
    const after = await onDatabase((db) => estimateOf(db, profile))
    // What is there already is not needed again.
    expect(spaceNeeded({ ...after.disk, walKept: 0 }, { presentWal: 0 }).data).toBeLessThan(bytes / 10)
  })
})

test('a load that cannot fit is refused before anything is changed', async () => {
  const profile = scaleProfile(billion, { rows: 1_000_000_000 })
  const state = () =>
    onDatabase(
      ({ sql }) =>
        sql`select count(*)::int as runs, (select count(*)::int from billion_rows) as rows from gigarow.seed_run`,
    )
  const before = await state()
  const tight = { data: 1e9, presentWal: 0 }
  await expect(
    load(target, profile, { truncate: true, chunkRows: 250_000, space: tight }),
  ).rejects.toMatchObject({
    code: 'SEED_NO_SPACE',
    facts: { free: 1e9, needed: expect.any(Number) },
  })
  const wal = { data: 1e15, wal: 1e6, presentWal: 0 }
  await expect(load(target, profile, { truncate: true, chunkRows: 250_000, space: wal })).rejects.toThrow(
    /disk of pg_wal/,
  )
  expect(await state()).toEqual(before)
})
