import { bigint, pgTable, text } from 'drizzle-orm/pg-core'
import { beforeAll, expect, test } from 'vitest'
import { type Database, withDatabase } from '../../../src/db/index.ts'
import { defineSeed, examine, fill, gen, planLoad, type SeedEvent } from '../../../src/seed/index.ts'
import { testDatabase } from '../../support/index.ts'
import { load } from '../../support/load.ts'

// What the report of a load says of the tables, from a server.

const target = testDatabase()
const onDatabase = <T>(use: (db: Database) => Promise<T>) =>
  withDatabase(target, { doing: 'testing', max: 2 }, use)

const people = pgTable('people', { id: bigint({ mode: 'number' }).primaryKey(), nick: text().notNull() })
const mails = pgTable('mails', {
  id: bigint({ mode: 'number' }).notNull(),
  owner: bigint({ mode: 'number' }).notNull(),
  friend: bigint({ mode: 'number' }),
})

const parents = fill(people, { rows: 2000, columns: { id: gen.sequence(), nick: gen.hex(32) } })
const profile = defineSeed({
  name: 'post',
  seed: 1,
  tables: [
    parents,
    fill(mails, {
      rows: 6000,
      columns: {
        id: gen.permuted(),
        owner: gen.reference(parents, 'id'),
        friend: gen.reference(parents, 'id'),
      },
    }),
  ],
})

beforeAll(() =>
  onDatabase(({ sql }) =>
    sql
      .unsafe(
        `create table people (id bigint primary key, nick text not null);
         create table mails (id bigint not null, owner bigint not null references people, friend bigint)`,
      )
      .simple(),
  ),
)

const examined = (run: number, queries: readonly { title: string; sql: string }[] = []) =>
  onDatabase((db) =>
    examine(db, {
      run,
      plan: planLoad(profile, { jobs: 2 }),
      queries,
      emit: () => {},
      signal: new AbortController().signal,
    }),
  )

test('a finished load is examined, and the next one is expected to take as long', async () => {
  const { run } = await load(target, profile)
  const { findings, sizes, rates, history, queries } = await examined(run, [
    { title: 'Mails', sql: 'select count(*)::int as n, null as nothing from mails' },
    { title: 'Broken', sql: 'select nothing from nowhere' },
    { title: 'Writing', sql: 'delete from mails' },
  ])
  expect(findings).toEqual([
    { table: 'people', what: 'duplicates', on: 'id', rows: 0, by: 'unique index' },
    { table: 'mails', what: 'orphans', on: 'owner', rows: 0, by: 'foreign key' },
    { table: 'mails', what: 'orphans', on: 'friend', rows: 0, by: 'count' },
    { table: 'mails', what: 'duplicates', on: 'id', rows: 0, by: 'count' },
  ])
  expect(sizes).toMatchObject([
    { table: 'people', partitions: 0, indexes: expect.any(Number) },
    { table: 'mails', partitions: 0, indexes: 0 },
  ])
  expect(sizes.every(({ heap }) => heap >= 8192)).toBe(true)
  expect(rates).toMatchObject([{ table: 'people' }, { table: 'mails' }])
  expect(rates!.every(({ rowsPerSecond }) => rowsPerSecond > 0)).toBe(true)
  expect(history.builds.map(({ name }) => name)).toEqual(['people_pkey'])
  expect(queries).toMatchObject([
    { title: 'Mails', columns: ['n', 'nothing'], rows: [['6000', '']], problem: undefined },
    { title: 'Broken', rows: [], problem: 'relation "nowhere" does not exist' },
    { title: 'Writing', rows: [], problem: 'cannot execute DELETE in a read-only transaction' },
  ])
  const events: SeedEvent[] = []
  await load(target, profile, { truncate: true, emit: (event) => events.push(event) })
  expect(events).toContainEqual(expect.objectContaining({ type: 'expected', fromRun: run }))
})

test('rows that have lost their parent, and that are there twice, are counted', async () => {
  const { run } = await load(target, profile, { truncate: true })
  await onDatabase(({ sql }) =>
    sql
      .unsafe(
        'alter table mails drop constraint mails_owner_fkey; delete from people where id = 5; insert into mails select * from mails where id = 7',
      )
      .simple(),
  )
  const [{ n } = { n: 0 }] = await onDatabase(
    ({ sql }) => sql<{ n: number }[]>`select count(*)::int as n from mails where owner = 5`,
  )
  expect(n).toBeGreaterThan(0)
  const { findings } = await examined(run)
  expect(findings).toContainEqual({ table: 'mails', what: 'orphans', on: 'owner', rows: n, by: 'count' })
  expect(findings).toContainEqual({ table: 'mails', what: 'duplicates', on: 'id', rows: 1, by: 'count' })
})
