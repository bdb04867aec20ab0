import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { distributionsOf, judge } from '../../../scripts/bench/distributions.js'
import billion from '../../../seeds/billion.ts'
import energy from '../../../seeds/energy.ts'
import events from '../../../seeds/events.ts'
import platform from '../../../seeds/platform.ts'
import quick from '../../../seeds/quick.ts'
import simulation from '../../../seeds/simulation.ts'
import { openCopySession } from '../../../src/copy/index.ts'
import { type Sql, withDatabase } from '../../../src/db/index.ts'
import * as people from '../../../src/seed/generators/people.ts'
import { onlyTables, type Profile, type SeedEvent, scaleProfile, writeCsv } from '../../../src/seed/index.ts'
import { testDatabase } from '../../support/index.ts'
import { load, tableDigest } from '../../support/load.ts'

// The profiles of this repository in the tables that its migrations make, small.

const target = testDatabase()
const onDatabase = <T>(use: (sql: Sql) => Promise<T>) =>
  withDatabase(target, { doing: 'testing', max: 2 }, ({ sql }) => use(sql))

beforeAll(() =>
  onDatabase(async (sql) => {
    const folder = new URL('../../../migrations/', import.meta.url)
    for (const name of readdirSync(folder).sort())
      await sql.unsafe(readFileSync(new URL(`${name}/migration.sql`, folder), 'utf8')).simple()
  }),
)

async function loadTwice(profile: Profile, chunkRows = 1500) {
  const [byCopy, bySql] = [
    await load(target, profile, { filler: 'copy', truncate: true, chunkRows }),
    await load(target, profile, { filler: 'sql', truncate: true, chunkRows }),
  ]
  const sums = ({ tables }: typeof byCopy) =>
    tables.map(({ table, rows, checksum }) => ({ table, rows, checksum }))
  return { byCopy: sums(byCopy), bySql: sums(bySql) }
}

describe.each([billion, events, simulation, platform, energy])('$name', (whole) => {
  test('loads by both fillers, the same rows, verified', async () => {
    const profile = scaleProfile(whole, { rows: 4000 })
    const { byCopy, bySql } = await loadTwice(profile)
    expect(bySql).toEqual(byCopy)
    expect(byCopy.map(({ rows }) => rows)).toEqual(profile.tables.map(({ rows }) => rows))
  })
})

test('quick fills every table', async () => {
  const { tables } = await load(target, scaleProfile(quick, { scale: 0.1 }), {
    filler: 'sql',
    truncate: true,
  })
  expect(tables).toHaveLength(10)
  expect(tables.every(({ rows }) => rows >= 50)).toBe(true)
})

test('simulation: every child has its user, emails are unique, and one to five by Zipf’s law', async () => {
  await load(target, scaleProfile(simulation, { rows: 20_000 }), { truncate: true })
  await onDatabase(async (sql) => {
    const [facts] = await sql`
      select (select count(*)::int from emails e where not exists (select from users u where u.id = e.user_id)) as orphans,
             (select count(distinct email)::int from emails) as emails,
             (select count(distinct phone_number)::int from phone_numbers) as numbers,
             (select count(*)::int from pg_constraint where contype = 'f' and convalidated
               and conrelid in ('emails'::regclass, 'phone_numbers'::regclass)) as keys`
    expect(facts).toEqual({ orphans: 0, emails: 20_000, numbers: 20_000, keys: 2 })
    for (const table of ['emails', 'phone_numbers']) {
      const rows = await sql<{ degree: number; users: number }[]>`
        select n::int as degree, count(*)::int as users
          from (select count(*) as n from ${sql(table)} group by user_id) t group by n order by n`
      expect(rows.map(({ degree }) => degree)).toEqual([1, 2, 3, 4, 5])
      const weights = rows.map(({ degree }) => degree ** -1.2536)
      const total = weights.reduce((sum, weight) => sum + weight)
      for (const [k, { users }] of rows.entries())
        expect(Math.abs(users / ((weights[k]! / total) * 10_000) - 1)).toBeLessThan(0.01)
    }
  })
})

test('simulation: everything that it declares is what the tables hold', async () => {
  const profile = scaleProfile(simulation, { rows: 40_000 })
  await load(target, profile, { truncate: true })
  await onDatabase(async (sql) => {
    for (const distribution of distributionsOf(profile, people)) {
      const found = await sql.unsafe<{ cell: string; count: string }[]>(distribution.query)
      const judged = judge(distribution, new Map(found.map(({ cell, count }) => [cell, Number(count)])))
      expect(judged.isGood, JSON.stringify(judged.cells.filter(({ isGood }) => !isGood))).toBe(true)
    }
  })
})

test('one table of a profile alone still fits the others', async () => {
  const profile = scaleProfile(simulation, { rows: 3000 })
  const { tables } = await load(target, profile, { truncate: true })
  const again = await load(target, onlyTables(profile, ['emails']), { truncate: true })
  expect(again.tables.map(({ checksum }) => checksum)).toEqual([tables[1]!.checksum])
  expect(() => onlyTables(profile, ['email'])).toThrow(/does not fill a table "email"/)
})

test('--filler auto measures simulation, whose children need all of their parents', async () => {
  const controller = new AbortController()
  const events: SeedEvent[] = []
  const emit = (event: SeedEvent) => {
    events.push(event)
    if (event.type === 'calibrated') controller.abort()
  }
  const profile = scaleProfile(simulation, { rows: 1_000_000 })
  const options = { calibrate: true, truncate: true, chunkRows: 50_000, signal: controller.signal, emit }
  await expect(load(target, profile, options)).rejects.toMatchObject({ code: 'INTERRUPTED' })
  const measured = { sample: 60_000, copy: expect.any(Number), sql: expect.any(Number) }
  expect(events.find(({ type }) => type === 'calibrated')).toMatchObject({
    tables: ['emails', 'phone_numbers', 'users'].map((table) => ({ table, ...measured })),
  })
})

test('CSV files hold the rows of the load: COPY of them fills an equal table', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gigarow-csv-'))
  try {
    const profile = scaleProfile(energy, { rows: 3000 })
    await load(target, profile, { truncate: true })
    const digest = () => onDatabase((sql) => tableDigest(sql, 'generation_data'))
    const loaded = await digest()
    const { signal } = new AbortController()
    const files = await writeCsv(profile, { folder, fileRows: 1000, emit: () => {}, signal })
    const session = await openCopySession(target, 'gigarow test')
    try {
      await session.query("set timezone = 'UTC'")
      await session.query('truncate generation_data')
      for (const { file } of files)
        await session.copyIn('copy generation_data from stdin with (format csv, header)', [
          readFileSync(file),
        ])
    } finally {
      await session.close()
    }
    expect(files).toHaveLength(3)
    expect(await digest()).toBe(loaded)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
