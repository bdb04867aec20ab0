import { beforeEach, describe, expect, test } from 'vitest'
import { type Sql, withDatabase } from '../../../src/db/index.ts'
import type { Profile, SeedEvent } from '../../../src/seed/index.ts'
import { testDatabase } from '../../support/index.ts'
import { load } from '../../support/load.ts'

// What a sample of the rows tells before a load begins.

const target = testDatabase()
const onDatabase = <T>(use: (sql: Sql) => Promise<T>) =>
  withDatabase(target, { doing: 'testing', max: 2 }, ({ sql }) => use(sql))

beforeEach(() => onDatabase((sql) => sql.unsafe('drop schema public cascade; create schema public').simple()))

interface Column {
  readonly name: string
  readonly type: string
  readonly generator: { readonly kind: string; readonly [option: string]: unknown }
}

const profile = (columns: readonly Column[], rows = 20_000): Profile => ({
  name: 'sampled',
  seed: 1,
  tables: [{ table: { schema: 'public', name: 't' }, rows, columns }],
})

const ID = { name: 'id', type: 'bigint', generator: { kind: 'sequence' } }

const int = (options: object): Column => ({
  name: 'n',
  type: 'integer',
  generator: { kind: 'int', ...options },
})

/** The load's refusal; nothing of it may be in the database. */
async function refusal(ddl: string, seeds: Profile) {
  await onDatabase((sql) => sql.unsafe(ddl).simple())
  const error = await load(target, seeds).catch((failure: unknown) => failure)
  const [left] = await onDatabase(
    (sql) =>
      sql`select (select count(*)::int from t) as rows, (select count(*)::int from gigarow.seed_run) as runs`,
  )
  expect(left).toEqual({ rows: 0, runs: 0 })
  return error
}

describe('rows are refused before a load', () => {
  test('the first one that breaks a check, by its number', async () => {
    const ddl = 'create table t (id bigint primary key, constraint "not three" check (id <> 333))'
    expect(await refusal(ddl, profile([ID]))).toMatchObject({
      code: 'SEED_BREAKS_CONSTRAINT',
      message: expect.stringMatching(/^Row 333 of t breaks not three: /),
      facts: { table: 't', row: 333, constraint: 'not three', sqlstate: '23514' },
    })
  })

  test('the first one that is there twice, by an expression, an exclusion or a partial index, whatever their names', async () => {
    const ddl = `create table t (id bigint primary key); create unique index "odd "" using" on t ((id / 2)) where id > 20`
    expect(await refusal(ddl, profile([ID]))).toMatchObject({
      code: 'SEED_BREAKS_CONSTRAINT',
      facts: { row: 23, constraint: 'odd " using', sqlstate: '23505' },
    })
    await onDatabase((sql) => sql.unsafe('drop table t').simple())
    const excluding = 'create table t (id bigint, n int, constraint apart exclude using btree (n with =))'
    expect(await refusal(excluding, profile([ID, int({ max: 5_000_000 })]))).toMatchObject({
      facts: { constraint: 'apart', sqlstate: '23P01' },
    })
  })

  test('one that has no partition', async () => {
    const ddl = `create table t (id bigint) partition by range (id);
      create table t1 partition of t for values from (1) to (19_900)`.replace('_', '')
    expect(await refusal(ddl, profile([ID]))).toMatchObject({
      code: 'SEED_NO_PARTITION',
      message: expect.stringMatching(/^Row 19,900 of t has no partition/),
      facts: { row: 19_900 },
    })
  })

  test('null where the server wants a value, from a domain', async () => {
    const ddl = 'create table t (id bigint primary key, n integer not null)'
    const nullable = { kind: 'nullable', of: { kind: 'int', max: 10 }, fraction: 0.01 }
    expect(await refusal(ddl, profile([ID, { ...int({}), generator: nullable }]))).toMatchObject({
      code: 'SEED_BREAKS_CONSTRAINT',
      facts: { sqlstate: '23502' },
    })
  })

  test('keys of too few values, and random ones of which some come twice, however rare in a sample', async () => {
    const ddl = 'create table t (id bigint primary key, n integer, constraint once unique (n))'
    expect(await refusal(ddl, profile([ID, int({ max: 999_999 })], 1_000_000_000))).toMatchObject({
      code: 'SEED_BREAKS_CONSTRAINT',
      message: expect.stringContaining('n can have 1,000,000 different values'),
      facts: { constraint: 'once', columns: ['n'], values: 1_000_000 },
    })
    await onDatabase((sql) => sql.unsafe('drop table t').simple())
    expect(await refusal(ddl, profile([ID, int({ max: 2_000_000_000 })], 1_000_000))).toMatchObject({
      facts: { constraint: 'once' },
    })
  })
})

test('keys that are unique together, and those of unique generators, are not refused', async () => {
  await onDatabase((sql) =>
    sql.unsafe('create table t (id bigint primary key, n integer, unique (n, id))').simple(),
  )
  const { tables } = await load(target, profile([ID, int({ max: 3 })], 2000))
  expect(tables[0]!.rows).toBe(2000)
})

test('calibration measures both fillers on this table, says which it takes and why, and leaves nothing', async () => {
  await onDatabase((sql) =>
    sql.unsafe('create table t (id bigint generated always as identity primary key, n integer)').simple(),
  )
  const seen: SeedEvent[] = []
  const report = await load(target, profile([ID, int({ max: 99 })], 200_000), {
    calibrate: true,
    chunkRows: 50_000,
    emit: (event) => seen.push(event),
  })
  const [calibrated] = seen.filter((event) => event.type === 'calibrated')
  expect(calibrated).toMatchObject({
    filler: report.filler,
    reason: expect.stringMatching(/^\d+\.\d times as fast on a sample$/),
    tables: [{ table: 't', sample: 60_000, copy: expect.any(Number), sql: expect.any(Number) }],
  })
  const { copy, sql } = calibrated!.tables[0]!
  expect(Math.min(copy, sql)).toBeGreaterThan(1000)
  expect(report.filler).toBe(copy >= sql ? 'copy' : 'sql')
  const left = await onDatabase((db) => db`select relname from pg_class where relname like 'calibration%'`)
  expect(left).toEqual([])
})
