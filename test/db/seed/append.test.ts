import { beforeEach, describe, expect, test } from 'vitest'
import simulation from '../../../seeds/simulation.ts'
import { type Sql, withDatabase } from '../../../src/db/index.ts'
import {
  type ColumnFill,
  onlyTables,
  type Profile,
  type SeedEvent,
  scaleProfile,
} from '../../../src/seed/index.ts'
import { testDatabase } from '../../support/index.ts'
import {
  BILLION_DDL,
  billionProfile,
  load,
  resumeLoad,
  structureOf,
  tableDigest,
} from '../../support/load.ts'

const target = testDatabase()
const onDatabase = <T>(use: (sql: Sql) => Promise<T>) =>
  withDatabase(target, { doing: 'testing', max: 2 }, ({ sql }) => use(sql))
const run = (sql: string) => onDatabase((db) => db.unsafe(sql).simple())
const digest = () => onDatabase((sql) => tableDigest(sql, 'billion_rows'))
const structure = () => onDatabase((sql) => structureOf(sql))

beforeEach(() =>
  run(
    `drop schema if exists gigarow cascade; drop schema public cascade; create schema public; ${BILLION_DDL}
     create table users (id uuid primary key, name text not null, created_at timestamptz not null);
     create table emails (id uuid primary key, user_id uuid not null references users, email text not null unique);
     create table phone_numbers (id uuid primary key, user_id uuid not null references users, phone_number text not null unique)`,
  ),
)

async function add(profile: Profile, options: Parameters<typeof load>[2] = {}) {
  const events: SeedEvent[] = []
  const report = await load(target, profile, {
    append: {},
    ...options,
    emit: (event) => {
      events.push(event)
      options.emit?.(event)
    },
  })
  const said = events.flatMap((event) => (event.type === 'notice' ? [event.message] : [])).join('\n')
  const dropped = events.filter(({ type }) => type === 'index.dropped').length
  return { report, said, dropped }
}

describe('rows that are added', () => {
  test.each(['copy', 'sql'] as const)(
    'go on where the others end: the table is the one that would be loaded at once (%s)',
    async (filler) => {
      await load(target, billionProfile(25_000))
      const whole = await digest()
      await load(target, billionProfile(7_000), { truncate: true })
      const before = await structure()
      await add(billionProfile(8_000), { filler })
      const { report } = await add(billionProfile(10_000), { filler })
      expect(report.tables[0]).toMatchObject({ rows: 10_000, before: 15_000 })
      expect(await digest()).toBe(whole)
      expect(await structure()).toEqual(before)
    },
  )

  test('begin with the first row in an empty table', async () => {
    await load(target, billionProfile(3_000))
    const whole = await digest()
    await run('truncate billion_rows')
    await add(billionProfile(3_000))
    expect(await digest()).toBe(whole)
  })

  test('leave indexes and keys in place where they are few, and say so; --indexes says otherwise', async () => {
    await load(target, billionProfile(20_000))
    const few = await add(billionProfile(2_000))
    expect(few.dropped).toBe(0)
    expect(few.said).toContain(
      'billion_rows: 2,000 rows from number 20,001 on are added to about 20,000 (9 % of all then). Its indexes and keys stay, since',
    )
    const many = await add(billionProfile(20_000))
    expect(many.dropped).toBe(2)
    expect(many.said).toContain(
      '(48 % of all then). Its indexes and keys are dropped and built again over all rows',
    )
    expect((await add(billionProfile(100), { indexes: 'drop' })).dropped).toBe(2)
    expect((await add(billionProfile(40_000), { indexes: 'keep' })).dropped).toBe(0)
  })

  test('children belong to new parents, with the same distribution, and nothing comes twice', async () => {
    const profile = scaleProfile(simulation, { rows: 2_000 })
    await load(target, profile)
    const { report } = await add(profile)
    expect(report.tables.map(({ rows, before }) => [rows, before])).toEqual([
      [1_000, 1_000],
      [2_000, 2_000],
      [2_000, 2_000],
    ])
    await add(scaleProfile(simulation, { rows: 500 }), { filler: 'sql' })
    const [facts] = await onDatabase(
      (sql) => sql`
        with n as (select user_id, count(*)::int as n from emails group by user_id)
        select (select count(*)::int from users) as users, (select count(*)::int from n) as parents,
               (select array_agg(distinct n order by n) from n) as degrees,
               (select count(distinct email)::int from emails) as emails,
               (select count(distinct phone_number)::int from phone_numbers) as numbers`,
    )
    expect(facts).toEqual({
      users: 2_250,
      parents: 2_250,
      degrees: [1, 2, 3, 4, 5],
      emails: 4_500,
      numbers: 4_500,
    })
  })

  test('children alone are refused', async () => {
    const profile = scaleProfile(simulation, { rows: 2_000 })
    await load(target, profile)
    await expect(add(onlyTables(profile, ['emails']))).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('public.users'),
    })
  })

  test('numbers in another order and times that rise stay unique, within their range, over all partitions', async () => {
    await run(`
      create table t (id bigint not null, no int not null, v7 uuid not null, at timestamptz not null, unique (no, at), primary key (id, at)) partition by range (at);
      create table t_1 partition of t for values from ('2025-01-01') to ('2025-07-01');
      create table t_2 partition of t for values from ('2025-07-01') to ('2026-01-01')`)
    const year = { from: '2025-01-01', to: '2026-01-01' }
    const columns: ColumnFill[] = [
      { name: 'id', type: 'bigint', generator: { kind: 'sequence', start: 100 } },
      { name: 'no', type: 'integer', generator: { kind: 'permuted' } },
      { name: 'v7', type: 'uuid', generator: { kind: 'uuid', version: 7, ...year } },
      { name: 'at', type: 'timestamptz', generator: { kind: 'timestampSeries', ...year } },
    ]
    const profile = (rows: number): Profile => ({
      name: 'rising',
      seed: 1,
      tables: [{ table: { schema: 'public', name: 't' }, rows, columns }],
    })
    await load(target, profile(4_000))
    await add(profile(1_000), { filler: 'copy' })
    await add(profile(3_000), { filler: 'sql' })
    const [facts] = await onDatabase(
      (
        sql,
      ) => sql`select count(distinct no)::int as numbers, min(no), max(no), min(id)::int as first, max(id)::int as last,
                          count(distinct v7)::int as uuids, count(*) filter (where at < '2025-07-01' and id >= 5100)::int as early from t`,
    )
    expect(facts).toMatchObject({ numbers: 8_000, min: 1, max: 8_000, first: 100, last: 8_099, uuids: 8_000 })
    expect(facts!.early).toBeGreaterThan(1_450)
  })

  test('the application’s rows get numbers behind them, also while they are loaded', async () => {
    await load(target, billionProfile(5_000))
    let inserted: Promise<unknown> | undefined
    const emit = (event: SeedEvent) => {
      if (event.type === 'phase.started' && event.phase === 'load')
        inserted = run(`insert into billion_rows (value, created_at) values ('mine', now())`)
    }
    await add(billionProfile(500), { emit })
    await inserted
    const [row] = await onDatabase(
      (sql) => sql`insert into billion_rows (value, created_at) values ('mine', now()) returning id::int,
                   (select array_agg(id::int) from billion_rows where value = 'mine') as others`,
    )
    expect(row).toEqual({ id: 5_502, others: [5_501] })
  })
})

describe('a table whose rows are not known', () => {
  const refused = (profile: Profile) => expect(add(profile)).rejects

  test('is refused without a load in the ledger, and taken with --from-row', async () => {
    await run(`insert into billion_rows select i, 'mine', now() from generate_series(1, 100) i`)
    await refused(billionProfile(1_000)).toMatchObject({
      code: 'SEED_APPEND_UNKNOWN',
      message: expect.stringContaining('no finished load of it'),
      hint: expect.stringContaining('--from-row'),
    })
    await expect(add(billionProfile(1_000), { append: { fromRow: 1 } })).rejects.toMatchObject({
      code: 'SEED_BREAKS_CONSTRAINT',
      message: expect.stringContaining('(id) = (1) is there already'),
    })
    await add(billionProfile(1_000), { append: { fromRow: 101 } })
    const [row] = await onDatabase((sql) => sql`select count(*)::int as n, max(id)::int from billion_rows`)
    expect(row).toEqual({ n: 1_100, max: 1_100 })
  })

  test.each([
    ['with another seed', (p: Profile): Profile => ({ ...p, seed: 2 }), 'with seed 1, not 2'],
    ['by another profile', (p: Profile): Profile => ({ ...p, name: 'other' }), 'by profile billion'],
    [
      'with other values',
      (p: Profile): Profile => ({
        ...p,
        tables: p.tables.map((t) => ({
          ...t,
          columns: t.columns.map((c) =>
            c.name === 'value' ? { ...c, generator: { kind: 'hex', length: 8 } } : c,
          ),
        })),
      }),
      'made value in another way',
    ],
  ])('is refused when it was loaded %s', async (_name, change, why) => {
    await load(target, billionProfile(500))
    await refused(change(billionProfile(500))).toMatchObject({
      code: 'SEED_APPEND_UNKNOWN',
      message: expect.stringContaining(why),
    })
  })

  test('is refused with rows behind those of the ledger', async () => {
    await load(target, billionProfile(500))
    await run(`insert into billion_rows (value, created_at) values ('mine', now())`)
    await refused(billionProfile(500)).toMatchObject({
      code: 'SEED_APPEND_UNKNOWN',
      facts: { loaded: 500, last: 501 },
    })
  })

  test('is refused by the number of its rows, where they have none themselves, and changes nothing', async () => {
    const profile = scaleProfile(simulation, { rows: 2_000 })
    await load(target, profile)
    const before = await structure()
    await run(`insert into users values (gen_random_uuid(), 'me', now())`)
    await refused(profile).toMatchObject({
      code: 'SEED_APPEND_UNKNOWN',
      facts: { loaded: 1_000, rows: 1_001 },
    })
    expect(await structure()).toEqual(before)
    const { report } = await add(profile, { append: { fromRow: 5_001 } })
    expect(report.tables[0]).toMatchObject({ rows: 1_000, before: 1_001 })
  })
})

describe('verification of added rows finds', () => {
  const tamper = async (profile: Profile, statement: string) => {
    const controller = new AbortController()
    const emit = (event: SeedEvent) => {
      if (event.type === 'phase.started' && event.phase === 'verify') controller.abort()
    }
    await expect(add(profile, { signal: controller.signal, emit })).rejects.toMatchObject({
      code: 'INTERRUPTED',
    })
    await run(statement)
    return resumeLoad(target)
  }

  test.each([
    ['a changed value', `update billion_rows set value = 'x' where id = 9000`],
    ['a missing row', 'delete from billion_rows where id = 5001'],
  ])('%s, by number', async (_name, statement) => {
    await load(target, billionProfile(5_000))
    await expect(tamper(billionProfile(5_000), statement)).rejects.toMatchObject({
      code: 'SEED_VERIFY_FAILED',
    })
  })

  test.each([
    ['a changed new value', `update emails set email = 'x' where ctid = (select max(ctid) from emails)`],
    ['a missing old row', 'delete from emails where ctid = (select min(ctid) from emails)'],
  ])('%s, by the sum of all', async (_name, statement) => {
    const profile = scaleProfile(simulation, { rows: 2_000 })
    await load(target, profile)
    await expect(tamper(profile, statement)).rejects.toMatchObject({ code: 'SEED_VERIFY_FAILED' })
  })
})

describe('adding rows that stops', () => {
  test.each(['keep', 'drop'] as const)(
    'goes on where it was, exactly once (indexes: %s)',
    async (indexes) => {
      await load(target, billionProfile(20_000))
      const whole = await digest()
      await load(target, billionProfile(8_000), { truncate: true })
      const before = await structure()
      const controller = new AbortController()
      const emit = (event: SeedEvent) => {
        if (event.type === 'phase.progress' && event.phase === 'load' && event.done >= 3_000)
          controller.abort()
      }
      await expect(
        add(billionProfile(12_000), { indexes, chunkRows: 1_000, signal: controller.signal, emit }),
      ).rejects.toMatchObject({ code: 'INTERRUPTED' })
      await expect(add(billionProfile(12_000))).rejects.toMatchObject({
        code: 'SEED_UNFINISHED',
        hint: expect.stringContaining('--truncate would delete the rows that were there before'),
      })
      await resumeLoad(target)
      expect(await digest()).toBe(whole)
      expect(await structure()).toEqual(before)
    },
  )
})
