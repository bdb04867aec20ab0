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
  describeTable,
  hashPartitions,
  listPartitions,
  partitionBy,
  rangePartitions,
  readDeclarations,
  storage,
  type TimePolicy,
  timePartitions,
} from '../../../src/schema/index.ts'
import { now, texts } from './plans.ts'

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
    expect(await texts({ logs, p: monthly() })).toEqual([
      'CREATE TABLE public.logs ( id bigserial NOT NULL, at timestamp NOT NULL, CONSTRAINT logs_id_at_pk PRIMARY KEY (id, at) ) PARTITION BY RANGE (at)',
      "CREATE TABLE public.logs_p2025_01 PARTITION OF public.logs FOR VALUES FROM ('2025-01-01 00:00:00') TO ('2025-02-01 00:00:00') WITH (fillfactor=90)",
      "CREATE TABLE public.logs_p2025_02 PARTITION OF public.logs FOR VALUES FROM ('2025-02-01 00:00:00') TO ('2025-03-01 00:00:00') WITH (fillfactor=90)",
      "CREATE TABLE public.logs_p2025_03 PARTITION OF public.logs FOR VALUES FROM ('2025-03-01 00:00:00') TO ('2025-04-01 00:00:00') WITH (fillfactor=90)",
      'CREATE INDEX logs_at ON public.logs (at)',
    ])
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
