import { sql } from 'drizzle-orm'
import {
  bigint,
  bigserial,
  date,
  index,
  pgEnum,
  pgTable,
  primaryKey,
  QueryBuilder,
  text,
  timestamp,
} from 'drizzle-orm/pg-core'
import { describe, expect, test } from 'vitest'
import {
  type Allowance,
  describeTable,
  hashPartitions,
  listPartitions,
  partitionBy,
  planMigration,
  rangePartitions,
  readDeclarations,
  refuseHazards,
  type Snapshot,
  storage,
  type TimePolicy,
  timePartitions,
} from '../../../src/schema/index.ts'

const now = Date.UTC(2025, 1, 10)
const plan = (exports: Record<string, unknown>, previous?: Snapshot) =>
  planMigration(readDeclarations(exports, { now }), previous)
const texts = async (exports: Record<string, unknown>, previous?: Snapshot) =>
  (await plan(exports, previous)).statements.map((s) => s.sql.replaceAll(/\s+/g, ' '))
const problemOf = (exports: Record<string, unknown>): string => {
  try {
    readDeclarations(exports, { now })
  } catch (error) {
    return (error as Error).message
  }
  return ''
}

const logs = pgTable(
  'logs',
  { id: bigserial({ mode: 'number' }).notNull(), at: timestamp('at').notNull() },
  (t) => [
    partitionBy.range(t.at),
    primaryKey({ columns: [t.id, t.at] }),
    index('logs_at').on(t.at),
    storage({ fillfactor: 90 }),
  ],
)
const monthly = (policy: Partial<TimePolicy> = {}) =>
  timePartitions(logs, { every: '1 month', from: '2025-01-01', premake: 1, ...policy })

describe('a new partitioned table', () => {
  test('becomes parent, partitions, then indexes; storage goes to the partitions', async () => {
    const { statements, down } = await plan({ logs, p: monthly() })
    expect(statements.map((s) => s.sql.replaceAll(/\s+/g, ' '))).toEqual([
      'CREATE TABLE public.logs ( id bigserial NOT NULL, at timestamp NOT NULL, CONSTRAINT logs_id_at_pk PRIMARY KEY (id, at) ) PARTITION BY RANGE (at)',
      "CREATE TABLE public.logs_p2025_01 PARTITION OF public.logs FOR VALUES FROM ('2025-01-01 00:00:00') TO ('2025-02-01 00:00:00') WITH (fillfactor=90)",
      "CREATE TABLE public.logs_p2025_02 PARTITION OF public.logs FOR VALUES FROM ('2025-02-01 00:00:00') TO ('2025-03-01 00:00:00') WITH (fillfactor=90)",
      "CREATE TABLE public.logs_p2025_03 PARTITION OF public.logs FOR VALUES FROM ('2025-03-01 00:00:00') TO ('2025-04-01 00:00:00') WITH (fillfactor=90)",
      'CREATE INDEX logs_at ON public.logs (at)',
    ])
    expect(down!.map((s) => s.sql)).toEqual(['DROP TABLE public.logs'])
  })

  test('the same declarations again are no change, also when time has added partitions', async () => {
    const { snapshot } = await plan({ logs, p: monthly() })
    const stored = JSON.parse(JSON.stringify(snapshot)) as Snapshot
    const later = readDeclarations({ logs, p: monthly() }, { now: Date.UTC(2027, 0, 1) })
    expect((await planMigration(later, stored)).statements).toEqual([])
  })

  test('Drizzle reads the table as if nothing of ours were there', () => {
    expect(new QueryBuilder().select().from(logs).toSQL().sql).toBe('select "id", "at" from "logs"')
    expect(describeTable(logs)).toMatchObject({ name: 'logs', partitionKey: ['at'] })
  })
})

describe('declarations that no server would take', () => {
  const cols = { id: bigint({ mode: 'number' }).notNull(), day: date().notNull(), note: text() }

  test('a primary key without the partition key names both and shows the fix', () => {
    const t = pgTable('t', { ...cols, eventDay: date('event_day').notNull() }, (c) => [
      partitionBy.range(c.eventDay),
      primaryKey({ name: 't_pk', columns: [c.id] }),
    ])
    const p = timePartitions(t, { every: '1 day', from: '2025-01-01' })
    const message = problemOf({ t, p })
    expect(message).toContain('the primary key t_pk (id) does not hold the partition key RANGE ("event_day")')
    expect(message).toContain('primaryKey({ columns: [t.id, t.eventDay] })')
  })

  test('a partitioned table without partitions, and partitions without partitionBy', () => {
    const bare = pgTable('bare', cols, (c) => [partitionBy.range(c.day)])
    expect(problemOf({ bare })).toContain('has no partitions')
    const plain = pgTable('plain', cols)
    expect(problemOf({ plain, p: hashPartitions(plain, { modulus: 2 }) })).toContain('partitionBy.hash(…)')
  })

  test('bounds that overlap, keys that may be NULL, keys declared otherwise', () => {
    const t = pgTable('t', cols, (c) => [partitionBy.range(c.id)])
    const overlap = rangePartitions(t, {
      by: 'id',
      partitions: { a: { from: 0, to: 10 }, b: { from: 9, to: 20 } },
    })
    expect(problemOf({ t, overlap })).toContain('a and b overlap')
    const other = rangePartitions(t, {
      by: 'day',
      partitions: { a: { from: '2025-01-01', to: '2026-01-01' } },
    })
    expect(problemOf({ t, other })).toContain('declared by day')
    const n = pgTable('n', cols, (c) => [partitionBy.list(c.note)])
    expect(problemOf({ n, p: listPartitions(n, { by: 'note', partitions: { na: ['a'] } }) })).toContain(
      'may be NULL',
    )
  })

  test('times that are no boundary, with the boundary to write', () => {
    expect(problemOf({ logs, p: monthly({ from: '2025-01-15' }) })).toContain('not the beginning of a month')
    expect(problemOf({ logs, p: monthly({ to: '2025-03-15' }) })).toContain('not a boundary')
  })
})

describe('changes of tables that exist', () => {
  const base = () => pgTable('t', { id: bigint({ mode: 'number' }).primaryKey(), a: text() })
  const refused = async (exports: Record<string, unknown>, from: Snapshot, allow: Allowance[] = []) => {
    const made = await plan(exports, from)
    try {
      refuseHazards(made, allow)
    } catch (error) {
      return error as Error & { code: string; hint: string }
    }
    return undefined
  }

  test('an index is built concurrently and dropped concurrently on the way back', async () => {
    const { snapshot } = await plan({ t: base() })
    const t = pgTable('t', { id: bigint({ mode: 'number' }).primaryKey(), a: text() }, (c) => [
      index('i').on(c.a),
    ])
    const made = await plan({ t }, snapshot)
    expect(made.statements).toMatchObject([
      { sql: 'CREATE INDEX CONCURRENTLY i ON public.t (a)', transactional: false },
    ])
    expect(made.down).toMatchObject([{ sql: 'DROP INDEX CONCURRENTLY public.i', transactional: false }])
  })

  test('dropping a column or a table is refused unless allowed, never with CASCADE', async () => {
    const { snapshot } = await plan({ t: base() })
    const t = pgTable('t', { id: bigint({ mode: 'number' }).primaryKey() })
    expect(await refused({ t }, snapshot)).toMatchObject({
      code: 'REFUSED',
      hint: expect.stringContaining('--allow drop'),
    })
    expect((await refused({}, snapshot))!.message).toContain('drops the table t')
    expect(await refused({}, snapshot, ['drop'])).toBeUndefined()
    expect(await texts({}, snapshot)).toEqual(['DROP TABLE public.t'])
  })

  test('what reads every row under a lock is refused unless allowed', async () => {
    const { snapshot } = await plan({ t: base() })
    const t = pgTable('t', { id: bigint({ mode: 'number' }).primaryKey(), a: text().notNull() })
    expect((await refused({ t }, snapshot))!.message).toContain('NOT VALID')
    expect(await refused({ t }, snapshot, ['lock'])).toBeUndefined()
  })

  test('another partitioning is refused whatever is allowed', async () => {
    const { snapshot } = await plan({ logs, p: monthly() })
    const plain = pgTable('logs', {
      id: bigserial({ mode: 'number' }).notNull(),
      at: timestamp('at').notNull(),
    })
    for (const exports of [{ plain }, { logs, p: monthly({ every: '1 year' }) }]) {
      expect(await refused(exports, snapshot, ['drop', 'lock'])).toMatchObject({ code: 'REFUSED' })
    }
  })

  test('what may be a rename is an error instead of a question', async () => {
    const { snapshot } = await plan({ t: base() })
    const t = pgTable('t', { id: bigint({ mode: 'number' }).primaryKey(), b: text() })
    await expect(plan({ t }, snapshot)).rejects.toMatchObject({ code: 'SCHEMA_INVALID' })
    await expect(plan({ t }, snapshot)).rejects.toThrow('column t.a or a new one, b')
  })
})

test('enums, expressions and hashes are written with their schema', async () => {
  const mood = pgEnum('mood', ['ok'])
  const t = pgTable('t', { id: bigint({ mode: 'number' }).primaryKey(), m: mood() }, (c) => [
    partitionBy.hash(c.id),
  ])
  const e = pgTable('e', { k: text().notNull() }, (c) => [partitionBy.list(sql`lower(${c.k})`)])
  const made = await texts({
    mood,
    t,
    e,
    tp: hashPartitions(t, { modulus: 12 }),
    ep: listPartitions(e, { by: 'k', partitions: { e_a: ["a'b"] } }),
  })
  expect(made).toContain(
    'CREATE TABLE public.t ( id bigint PRIMARY KEY NOT NULL, m public.mood ) PARTITION BY HASH (id)',
  )
  expect(made).toContain(
    'CREATE TABLE public.t_p03 PARTITION OF public.t FOR VALUES WITH (MODULUS 12, REMAINDER 3)',
  )
  expect(made).toContain("CREATE TABLE public.e_a PARTITION OF public.e FOR VALUES IN ('a''b')")
})
