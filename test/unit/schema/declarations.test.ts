import { sql } from 'drizzle-orm'
import {
  index,
  integer,
  jsonb,
  pgMaterializedView,
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
  declarationsSql,
  includeIndex,
  listPartitions,
  materialized,
  partitionBy,
  planCustom,
  rangePartitions,
  refuseHazards,
  renamedFrom,
  type Snapshot,
  statistics,
  timePartitions,
  uniqueIndex,
} from '../../../src/schema/index.ts'
import { downTexts, flat, id, plain, plan, problems, read, stored, texts } from './plans.ts'

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

  test('a new index on one that is there is built concurrently; a new query brings the indexes back', async () => {
    const mv = view()
    const from = await stored({ base, mv })
    const rules = materialized(mv, { indexes: (v) => [uniqueIndex('k').on(v.at)] })
    expect(await texts({ base, mv, rules }, from)).toEqual([
      'CREATE UNIQUE INDEX CONCURRENTLY k ON public.mv (h)',
    ])
    expect(await downTexts({ base, mv, rules }, from)).toEqual(['DROP INDEX CONCURRENTLY public.k'])

    const indexed = await stored({ base, mv, rules })
    const other = view(sql`kind <> ''`)
    const otherRules = materialized(other, { indexes: (v) => [uniqueIndex('k').on(v.at)] })
    const made = await texts({ base, mv: other, rules: otherRules }, indexed)
    expect(made.map((s) => s.split(' AS ')[0])).toEqual([
      'DROP MATERIALIZED VIEW public.mv',
      'CREATE MATERIALIZED VIEW public.mv',
      'CREATE UNIQUE INDEX k ON public.mv (h)',
    ])
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
    expect(await downTexts({ t })).toEqual(['DROP TABLE public.t'])
  })

  test('on a table that is there: indexes concurrently, everything with its way back', async () => {
    const from = await stored({ t: plain() })
    const t = plain(((c: { a: never; b: never }) => [
      includeIndex('i').on(c.a).include(c.b),
      columnOptions(c.a, { statistics: 10 }),
      comment('all'),
    ]) as never)
    expect(await texts({ t }, from)).toEqual([
      'ALTER TABLE public.t ALTER COLUMN a SET STATISTICS 10',
      'CREATE INDEX CONCURRENTLY i ON public.t (a) INCLUDE (b)',
      "COMMENT ON TABLE public.t IS 'all'",
    ])
    expect(await downTexts({ t }, from)).toEqual([
      'COMMENT ON TABLE public.t IS NULL',
      'DROP INDEX CONCURRENTLY public.i',
      'ALTER TABLE public.t ALTER COLUMN a SET STATISTICS -1',
    ])
    const to = await stored({ t })
    expect(await texts({ t: plain() }, to)).toEqual([
      'COMMENT ON TABLE public.t IS NULL',
      'DROP INDEX CONCURRENTLY public.i',
      'ALTER TABLE public.t ALTER COLUMN a SET STATISTICS -1',
    ])
  })

  test('options and indexes of a partitioned table that is there are refused, with the way out', async () => {
    const logs = (more: (c: never) => unknown[] = () => []) =>
      pgTable('logs', { at: timestamp().notNull(), v: jsonb() }, ((c: { at: never }) => [
        partitionBy.range(c.at),
        ...more(c as never),
      ]) as never)
    const bare = logs()
    const parts = (t: typeof bare) => timePartitions(t, { every: '1 month', from: '2025-01-01' })
    const from = await stored({ bare, p: parts(bare) })
    const changed = logs(((c: { v: never; at: never }) => [
      includeIndex('i').on(c.at).include(c.v),
      columnOptions(c.v, { compression: 'lz4' }),
    ]) as never)
    const made = await plan({ changed, p: parts(changed) }, from)
    expect(() => refuseHazards(made, ['drop', 'lock'])).toThrow(/ON ONLY[\s\S]*ATTACH PARTITION/)
    const custom = await planCustom(read({ changed, p: parts(changed) }), from)
    expect(custom.open.join()).toContain('each of its partitions')
    expect(Object.keys(custom.snapshot.objects!)).toEqual(['options of logs.v', 'index i'])
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

  test('are made below each, named after it; a change of them is refused', async () => {
    const o = orders()
    const exports = { o, p: monthly(o, { eu: ['DE'], rest: 'default' }) }
    expect((await texts(exports)).slice(1)).toEqual([
      "CREATE TABLE public.o_p2025_01 PARTITION OF public.o FOR VALUES FROM ('2025-01-01 00:00:00') TO ('2025-02-01 00:00:00') PARTITION BY LIST (country)",
      "CREATE TABLE public.o_p2025_01_eu PARTITION OF public.o_p2025_01 FOR VALUES IN ('DE')",
      'CREATE TABLE public.o_p2025_01_rest PARTITION OF public.o_p2025_01 DEFAULT',
    ])
    const from = await stored(exports)
    expect(await texts(exports, from)).toEqual([])
    const made = await plan({ o, p: monthly(o, { eu: ['DE', 'FR'], rest: 'default' }) }, from)
    expect(() => refuseHazards(made, ['drop', 'lock'])).toThrow('the partitions of o change')
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
    expect(message).toContain(`partition ${long}y of u is longer`)
    expect(message).toContain('The index t of u has the name of another')
    expect(message).toContain('The partition other of u has the name of another')
    expect(message).toContain('The view u has the name of another')
  })
})

describe('renamedFrom', () => {
  const users = pgTable('users', { id: id(), mail: text() }, (c) => [
    primaryKey({ columns: [c.id, c.mail] }),
    index('users_mail').on(c.mail),
    includeIndex('users_id').on(c.id).include(c.mail),
    comment(c.mail, 'where to'),
  ])
  const clients = pgTable('clients', { id: id(), email: text() }, (c) => [
    primaryKey({ columns: [c.id, c.email] }),
    renamedFrom('users'),
    renamedFrom(c.email, 'mail'),
    renamedFrom(index('clients_email').on(c.email), 'users_mail'),
    includeIndex('clients_id').on(c.id).include(c.email).renamedFrom('users_id'),
    comment(c.email, 'where to'),
  ])

  test('is data, and renames instead of dropping, once', async () => {
    expect(declarationRenames(read({ clients }))).toEqual([
      { kind: 'table', schema: 'public', from: 'users', to: 'clients' },
      { kind: 'column', schema: 'public', table: 'clients', from: 'mail', to: 'email' },
      { kind: 'index', schema: 'public', table: 'clients', from: 'users_mail', to: 'clients_email' },
      { kind: 'index', schema: 'public', table: 'clients', from: 'users_id', to: 'clients_id' },
    ])
    const from = await stored({ users })
    expect(await texts({ clients }, from)).toEqual([
      'ALTER TABLE public.users RENAME TO clients',
      'ALTER TABLE public.clients RENAME COLUMN mail TO email',
      'ALTER INDEX public.users_mail RENAME TO clients_email',
      'ALTER INDEX public.users_id RENAME TO clients_id',
      'ALTER TABLE public.clients RENAME CONSTRAINT users_id_mail_pk TO clients_id_email_pk',
    ])
    expect((await downTexts({ clients }, from)).at(-1)).toBe('ALTER TABLE public.clients RENAME TO users')
    expect(await texts({ clients }, await stored({ clients }))).toEqual([])
    expect((await texts({ clients }))[0]).toContain('CREATE TABLE public.clients')
  })
})

test('a first migration has everything, and its snapshot is no change', async () => {
  const everything = await import('../../support/everything.ts')
  const made = await plan(everything)
  expect(made.statements.map((s) => flat(s.sql))).toEqual((await declarationsSql(read(everything))).map(flat))
  const snapshot = JSON.parse(JSON.stringify(made.snapshot)) as Snapshot
  expect(await texts(everything, snapshot)).toEqual([])
})
