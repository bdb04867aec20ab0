import { beforeEach, describe, expect, test } from 'vitest'
import { type Database, type Sql, withDatabase } from '../../../src/db/index.ts'
import {
  estimateLoad,
  type GeneratorSpec,
  type Profile,
  planLoad,
  readTables,
  type SeedEvent,
} from '../../../src/seed/index.ts'
import { testDatabase } from '../../support/index.ts'
import { load, resumeLoad, structureOf } from '../../support/load.ts'

// What a load that stopped has taken away counts as if it were there.

const target = testDatabase()
const ROWS = 20_000
const onDatabase = <T>(use: (db: Database) => Promise<T>) =>
  withDatabase(target, { doing: 'testing', max: 2 }, use)
const onSql = <T>(use: (sql: Sql) => Promise<T>) => onDatabase(({ sql }) => use(sql))

const PLAIN = `
  create table t (id bigint not null, n integer, "odd ""name""" text collate "C", note text, doc jsonb, constraint t_pkey primary key (id));
  create unique index odd on t ("odd ""name""" text_pattern_ops desc nulls last, id) include (n) with (fillfactor = 70) where n > 3 and note <> ' WITH (x) INCLUDE (y)';
  create index numbers on t (n);
  create index undoubled on t (n, note) with (deduplicate_items = off);
  create index expression on t (lower(note), (id + 1), n);
  create index block on t using brin (id) with (pages_per_range = 8);
  create index hashed on t using hash (note);
  create index documents on t using gin (doc jsonb_path_ops);
  alter table t add constraint apart exclude using btree (id with =) include (n) where (n > 1);`

const PARTITIONED = `
  create table t (id bigint not null, n integer not null, "odd ""name""" text, note text, doc jsonb, constraint t_pkey primary key (id, n)) partition by range (id);
  create table "early ones" partition of t for values from (minvalue) to (10000);
  create table late partition of t for values from (10000) to (maxvalue) partition by hash (n);
  create table late_0 partition of late for values with (modulus 2, remainder 0);
  create table late_1 partition of late for values with (modulus 2, remainder 1);
  create index numbers on t (n) include (id);
  create index own on "early ones" (note);`

const NUMBERS = { kind: 'int', max: 2000 }
const columns = (n: GeneratorSpec) => [
  { name: 'id', type: 'bigint', generator: { kind: 'sequence' } },
  { name: 'n', type: 'integer', generator: n },
  { name: 'odd "name"', type: 'text', generator: { kind: 'hex', length: 20 } },
  { name: 'note', type: 'text', generator: { kind: 'hex', length: 8 } },
  { name: 'doc', type: 'jsonb', generator: { kind: 'json', fields: { a: { kind: 'int', max: 9 } } } },
]

const profile = (n: GeneratorSpec = NUMBERS): Profile => ({
  name: 'stopped',
  seed: 1,
  tables: [{ table: { schema: 'public', name: 't' }, rows: ROWS, columns: columns(n) }],
})

beforeEach(() =>
  onSql((sql) =>
    sql
      .unsafe('drop schema if exists gigarow cascade; drop schema public cascade; create schema public')
      .simple(),
  ),
)

async function stopped(ddl: string, n: GeneratorSpec = NUMBERS): Promise<void> {
  await onSql((sql) => sql.unsafe(ddl).simple())
  const controller = new AbortController()
  const emit = (event: SeedEvent) => {
    if (event.type === 'phase.progress' && event.phase === 'load') controller.abort()
  }
  await expect(
    load(target, profile(n), { chunkRows: 2000, signal: controller.signal, emit }),
  ).rejects.toMatchObject({ code: 'INTERRUPTED' })
}

/** Without what depends on what is there already. */
const estimate = () =>
  onDatabase(async (db) => {
    const plan = planLoad(profile(), { jobs: 2 })
    const tables = await readTables(db.sql, plan)
    const { tables: found, disk } = await estimateLoad(db, { plan, tables, jobs: 2, filler: 'copy' })
    const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1)
    return { indexes: [...found[0]!.indexes].sort(byName), disk: { ...disk, present: 0 } }
  })

describe.each([
  ['a table', PLAIN],
  ['a partitioned table', PARTITIONED],
])('%s whose load stopped', (_, ddl) => {
  test('is estimated with the indexes that are away', async () => {
    await onSql((sql) => sql.unsafe(ddl).simple())
    const before = await estimate()
    await onSql((sql) => sql.unsafe('drop table t').simple())
    await stopped(ddl)
    expect((await onSql((sql) => sql`select from pg_indexes where schemaname = 'public'`)).length).toBe(0)
    expect(await estimate()).toEqual(before)
  })

  test('is not resumed where its indexes have no space', async () => {
    await stopped(ddl)
    const { disk } = await estimate()
    const state = () => onSql((sql) => structureOf(sql))
    const before = await state()
    const space = { data: disk.heap, presentWal: 1e12 }
    await expect(resumeLoad(target, { space })).rejects.toMatchObject({ code: 'SEED_NO_SPACE' })
    expect(await state()).toEqual(before)
    await resumeLoad(target, { space: { data: disk.heap + 2 * disk.indexes, presentWal: 1e12 } })
  })
})

describe('--truncate over a stopped load refuses rows that break a key that is away:', () => {
  const table = (key: string) =>
    `create table t (id bigint, n integer, "odd ""name""" text, note text, doc jsonb); alter table t add ${key}`
  const partitioned = (key: string) => `
    create table t (id bigint, n integer, "odd ""name""" text, note text, doc jsonb, ${key}) partition by range (n);
    create table t_1 partition of t for values from (minvalue) to (maxvalue)`
  // Before, the numbers rise and fit every key.
  const RISING = { kind: 'sequence' }

  test.each([
    ['a unique constraint', table('constraint once unique (n) deferrable initially deferred')],
    ['an exclusion', table('constraint once exclude using btree (n with =)')],
    ['a unique constraint of a partitioned table', partitioned('constraint once unique (n)')],
  ])('%s', async (_, ddl) => {
    await stopped(ddl, RISING)
    await expect(load(target, profile(), { truncate: true })).rejects.toMatchObject({
      code: 'SEED_BREAKS_CONSTRAINT',
      facts: { constraint: 'once' },
    })
    const runs = await onSql((sql) => sql`select state from gigarow.seed_run`)
    expect(runs.map(({ state }) => state)).toEqual(['loading'])
  })
})
