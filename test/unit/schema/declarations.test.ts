import { sql } from 'drizzle-orm'
import {
  index,
  integer,
  pgEnum,
  pgMaterializedView,
  pgSchema,
  pgTable,
  pgView,
  primaryKey,
  text,
  timestamp,
} from 'drizzle-orm/pg-core'
import { describe, expect, test } from 'vitest'
import {
  columnOptions,
  comment,
  declarationRenames,
  includeIndex,
  listPartitions,
  materialized,
  partitionBy,
  rangePartitions,
  renamedFrom,
  statistics,
  timePartitions,
  uniqueIndex,
} from '../../../src/schema/index.ts'
import { id, plain, problems, read, texts } from './plans.ts'

describe('materialized views', () => {
  const base = pgTable('base', { hour: timestamp().notNull(), kind: text().notNull() })
  const view = (where = sql`true`) =>
    pgMaterializedView('mv').as((qb) =>
      qb
        .select({ at: sql<Date>`date_trunc('hour', ${base.hour})`.as('h'), kind: base.kind })
        .from(base)
        .where(where),
    )

  test('get their indexes by the names of the columns in the view', async () => {
    const mv = view()
    const rules = materialized(mv, {
      indexes: (v) => [
        uniqueIndex('mv_key').on(v.at, v.kind.desc()),
        includeIndex('mv_l').on(sql`lower(${v.kind})`),
      ],
      withData: false,
      tablespace: 'fast',
      storage: { fillfactor: 90 },
    })
    const made = await texts({ base, mv, rules })
    expect(made[1]).toMatch(
      /^CREATE MATERIALIZED VIEW public.mv WITH \(fillfactor=90\) TABLESPACE "fast" AS SELECT .* WITH NO DATA$/,
    )
    expect(made.slice(2)).toEqual([
      'CREATE UNIQUE INDEX mv_key ON public.mv (h, kind DESC)',
      'CREATE INDEX mv_l ON public.mv ((lower(kind)))',
    ])
  })

  test('refreshed concurrently without a unique plain index: an error that shows the fix', async () => {
    const mv = view()
    const refresh = { every: '5 min', concurrently: true } as const
    const none = materialized(mv, { refresh })
    expect(await problems({ base, mv, none })).toContain("indexes: (v) => [uniqueIndex('mv_key').on(v.at)]")
    for (const make of [() => includeIndex('i'), () => uniqueIndex('i')]) {
      const rules = materialized(mv, { refresh, indexes: (v) => [make().on(v.at).where(sql`true`)] })
      expect(await problems({ base, mv, rules })).toContain('no unique index')
    }
    const good = materialized(mv, { refresh, indexes: (v) => [uniqueIndex('i').on(v.at)] })
    expect(await problems({ base, mv, good })).toBe('')
  })

  test('declared for a view that is not exported, that exists, or twice', async () => {
    const mv = view()
    const there = pgMaterializedView('there', { n: integer() }).existing()
    expect(
      await problems({
        base,
        a: materialized(mv, {}),
        there,
        b: materialized(there, {}),
        c: materialized(there, {}),
      }),
    ).toMatch(/mv, which is not exported[\s\S]*twice for there[\s\S]*\.existing\(\)/)
  })
})

describe('what stands in the third argument', () => {
  test('INCLUDE, column options, statistics and comments of a new table', async () => {
    const t = plain(((c: { a: never; b: never }) => [
      includeIndex('i').on(c.a).include(c.b),
      columnOptions(c.a, { compression: 'lz4', statistics: 10 }),
      statistics('s').on(c.a, c.b),
      comment(c.a, "it's"),
    ]) as never)
    expect((await texts({ t })).slice(1)).toEqual([
      'ALTER TABLE public.t ALTER COLUMN a SET STATISTICS 10',
      'ALTER TABLE public.t ALTER COLUMN a SET COMPRESSION lz4',
      'CREATE INDEX i ON public.t (a) INCLUDE (b)',
      'CREATE STATISTICS public.s ON a, b FROM public.t',
      "COMMENT ON COLUMN public.t.a IS 'it''s'",
    ])
  })

  test('numbers out of their range, statistics of one column, two comments', async () => {
    const t = plain(((c: { a: never; b: never }) => [
      columnOptions(c.a, { statistics: 20_000, nDistinct: -2 }),
      statistics('s').on(c.a),
      statistics('s2').on(c.a, c.a),
      comment('x'),
      comment('y'),
    ]) as never)
    const message = await problems({ t })
    for (const part of [
      'from 0 to 10000',
      'from -1 to 0',
      'one column has statistics',
      'stands in it twice',
      'two comments',
    ]) {
      expect(message).toContain(part)
    }
  })
})

describe('partitions of partitions', () => {
  const orders = (pk: readonly string[] = ['id', 'at', 'country']) =>
    pgTable('o', { id: id(), at: timestamp().notNull(), country: text().notNull() }, ((
      c: Record<string, never>,
    ) => [
      partitionBy.range(c.at!),
      primaryKey({ name: 'o_pk', columns: pk.map((k) => c[k]) as never }),
    ]) as never)
  const monthly = (table: ReturnType<typeof orders>, partitions: Record<string, string[] | 'default'>) =>
    timePartitions(table as never, {
      every: '1 month',
      from: '2025-01-01',
      to: '2025-02-01',
      subpartitionBy: { list: 'country', partitions } as never,
    })

  test('are made below each, named after it', async () => {
    const o = orders()
    const exports = { o, p: monthly(o, { eu: ['DE'], rest: 'default' }) }
    expect((await texts(exports)).slice(1)).toEqual([
      "CREATE TABLE public.o_p2025_01 PARTITION OF public.o FOR VALUES FROM ('2025-01-01 00:00:00') TO ('2025-02-01 00:00:00') PARTITION BY LIST (country)",
      "CREATE TABLE public.o_p2025_01_eu PARTITION OF public.o_p2025_01 FOR VALUES IN ('DE')",
      'CREATE TABLE public.o_p2025_01_rest PARTITION OF public.o_p2025_01 DEFAULT',
    ])
  })

  test('keys have to hold the columns of all depths; nested bounds are checked', async () => {
    const o = orders(['id', 'at'])
    const message = await problems({ o, p: monthly(o, { a: ['DE'], b: ['DE'] }) })
    expect(message).toContain('does not hold the partition key RANGE ("at") and LIST ("country")')
    expect(message).toContain('t.id, t.at, t.country')
    expect(message).toContain("o_p2025_01_a and o_p2025_01_b both hold 'DE'")
  })

  test('bounds as text keep their microseconds', async () => {
    const t = pgTable('t', { at: timestamp({ withTimezone: true }).notNull() }, (c) => [
      partitionBy.range(c.at),
    ])
    const p = rangePartitions(t, {
      by: 'at',
      partitions: {
        a: { from: '2025-01-01 00:00:00.000001+02', to: '2025-01-01 00:00:00.5' },
        b: { from: '2025-01-01 00:00:00.5', to: new Date('2025-01-01T00:00:00.750Z') },
      },
    })
    expect((await texts({ t, p })).slice(1).map((s) => s.split('FOR VALUES ')[1])).toEqual([
      "FROM ('2024-12-31 22:00:00.000001+00') TO ('2025-01-01 00:00:00.5+00')",
      "FROM ('2025-01-01 00:00:00.5+00') TO ('2025-01-01 00:00:00.75+00')",
    ])
    const overlap = rangePartitions(t, {
      by: 'at',
      partitions: {
        a: { from: '2025-01-01', to: '2025-01-02 00:00:00.000002' },
        b: { from: '2025-01-02 00:00:00.000001', to: '2025-01-03' },
      },
    })
    expect(await problems({ t, overlap })).toContain('a and b overlap')
  })
})

describe('names', () => {
  test('that are cut, and that two things want', async () => {
    const long = 'x'.repeat(64)
    const t = pgTable('t', { id: id(), a: text() }, (c) => [
      index(long).on(c.a),
      includeIndex('other').on(c.a),
    ])
    const u = pgTable('u', { k: text().notNull() }, (c) => [partitionBy.list(c.k), index('t').on(c.k)])
    const p = listPartitions(u, { by: 'k', partitions: { other: ['a'], [`${long}y`]: ['b'] } })
    const message = await problems({ t, u, p, v: pgView('u', { n: integer() }).as(sql`select 1 as n`) })
    expect(message).toContain(`index ${long} of t is longer than 63 bytes`)
    const kind = pgEnum(`ü${'x'.repeat(62)}`, ['a', long])
    const others = await problems({ kind, part: pgSchema(long), wide: pgTable(long, { id: id() }) })
    expect(others).toContain(`enum ü${'x'.repeat(62)} is longer`)
    expect(others).toContain(`value ${long} of the enum`)
    expect(others).toContain(`schema ${long} is longer`)
    expect(others).toContain(`table ${long} is longer`)
    expect(message).toContain(`partition ${long}y of u is longer`)
    expect(message).toContain('The index t of u has the name of another')
    expect(message).toContain('The partition other of u has the name of another')
    expect(message).toContain('The view u has the name of another')
  })
})

describe('renamedFrom', () => {
  const clients = pgTable('clients', { id: id(), email: text() }, (c) => [
    primaryKey({ columns: [c.id, c.email] }),
    renamedFrom('users'),
    renamedFrom(c.email, 'mail'),
    renamedFrom(index('clients_email').on(c.email), 'users_mail'),
    includeIndex('clients_id').on(c.id).include(c.email).renamedFrom('users_id'),
    comment(c.email, 'where to'),
  ])

  test('is data, and changes nothing in what is made from nothing', async () => {
    expect(declarationRenames(read({ clients }))).toEqual([
      { kind: 'table', schema: 'public', from: 'users', to: 'clients' },
      { kind: 'column', schema: 'public', table: 'clients', from: 'mail', to: 'email' },
      { kind: 'index', schema: 'public', table: 'clients', from: 'users_mail', to: 'clients_email' },
      { kind: 'index', schema: 'public', table: 'clients', from: 'users_id', to: 'clients_id' },
    ])
    expect((await texts({ clients })).join()).not.toContain('users')
  })
})
