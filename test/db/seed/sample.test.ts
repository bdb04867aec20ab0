import { beforeEach, describe, expect, test } from 'vitest'
import { type Sql, type Target, withDatabase } from '../../../src/db/index.ts'
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

/** As a role of its own, that may do what `grants` say. */
async function asSampler<T>(grants: string, use: (as: Target) => Promise<T>): Promise<T> {
  await onDatabase((sql) =>
    sql
      .unsafe(`drop role if exists sampler; create role sampler login password 'x';
        grant create on database "${target.database}" to sampler; grant all on schema public to sampler; ${grants};
        do $$ begin if to_regnamespace('gigarow') is not null then execute 'grant all on schema gigarow to sampler; grant all on all tables in schema gigarow to sampler; grant all on all sequences in schema gigarow to sampler'; end if; end $$`)
      .simple(),
  )
  try {
    return await use({ ...target, user: 'sampler', password: 'x' })
  } finally {
    await onDatabase((sql) => sql.unsafe('drop owned by sampler cascade; drop role sampler').simple())
  }
}

async function noticesOf(grants: string, seeds: () => Profile): Promise<string[]> {
  const notices: string[] = []
  await asSampler(grants, (as) =>
    load(as, seeds(), {
      emit: (event) => {
        if (event.type === 'notice') notices.push(event.message)
      },
    }),
  )
  return notices
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

describe('a foreign key to a table that the load does not fill', () => {
  const DDL = `create table parent (id bigint primary key, code text unique);
    insert into parent select i, 'c' || i from generate_series(1, 300) i;
    create table t (id bigint primary key, n integer references parent, constraint one_of foreign key (n) references parent (id))`

  test('refuses the first sampled row without a parent, by its number', async () => {
    const same = { name: 'n', type: 'integer', generator: { kind: 'sequence' } }
    expect(await refusal(DDL, profile([ID, same], 5000))).toMatchObject({
      code: 'SEED_BREAKS_CONSTRAINT',
      message: 'Row 301 of t breaks one_of: parent, which this load does not fill, has no row with id = 301.',
      hint: expect.stringContaining('--seed'),
      facts: { table: 't', row: 301, constraint: 'one_of', sqlstate: '23503', references: 'parent' },
    })
  })

  test('is no hindrance where every row has one or is null', async () => {
    await onDatabase((sql) => sql.unsafe(DDL).simple())
    const nullable = { kind: 'nullable', of: { kind: 'int', min: 1, max: 300 }, fraction: 0.5 }
    const { tables } = await load(target, profile([ID, { ...int({}), generator: nullable }], 3000))
    expect(tables[0]!.rows).toBe(3000)
  })

  test('is named when the role may not look the parents up', async () => {
    await onDatabase((sql) => sql.unsafe(DDL).simple())
    const notices = await noticesOf(
      `grant references on parent to sampler; alter table t owner to sampler`,
      () => profile([ID, int({ min: 1, max: 300 })], 2000),
    )
    expect(notices).toContain(
      'Not tried before the load: one_of of t, t_n_fkey of t (permission denied for table parent).',
    )
  })
})

test('a table whose sample the server does not let us make keeps no other table from being tried', async () => {
  await onDatabase((sql) =>
    sql
      .unsafe(`create schema far; create table far.hidden (id int);
        create function far.asks(bigint) returns boolean language plpgsql as 'begin perform from far.hidden; return true; end';
        create table a (id bigint check (far.asks(id)));
        create table b (id bigint primary key, constraint "not three" check (id <> 333))`)
      .simple(),
  )
  const both: Profile = {
    name: 'both',
    seed: 1,
    tables: ['a', 'b'].map((name) => ({ table: { schema: 'public', name }, rows: 2000, columns: [ID] })),
  }
  const error = await asSampler(
    'alter table a owner to sampler; alter table b owner to sampler; grant usage on schema far to sampler',
    (as) => load(as, both).catch((failure: unknown) => failure),
  )
  expect(error).toMatchObject({ code: 'SEED_BREAKS_CONSTRAINT', facts: { table: 'b', row: 333 } })
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
