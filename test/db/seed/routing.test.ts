import { beforeEach, expect, test } from 'vitest'
import { readLiveTable, readPartitionTree } from '../../../src/catalog/index.ts'
import { type Sql, withDatabase } from '../../../src/db/index.ts'
import { qualified } from '../../../src/kernel/index.ts'
import {
  type ColumnFill,
  type GeneratorSpec,
  gen,
  selectSql,
  type TableFill,
} from '../../../src/seed/index.ts'
import { compileRouter, leavesOf, NOWHERE } from '../../../src/seed/leaves/router.ts'
import { testDatabase } from '../../support/index.ts'

const target = testDatabase()
const ROWS = 600

const onDatabase = <T>(use: (sql: Sql) => Promise<T>) =>
  withDatabase(target, { doing: 'testing', max: 2 }, ({ sql }) => use(sql))

beforeEach(() => onDatabase((sql) => sql.unsafe('drop schema public cascade; create schema public').simple()))

const span = { from: '2025-01-01', to: '2026-01-01' } as const
/** As many partitions by hash, of two moduli. */
const hashes = (parent = 't') =>
  ['modulus 3, remainder 0', 'modulus 6, remainder 1', 'modulus 6, remainder 4', 'modulus 3, remainder 2']
    .map((bound, k) => `create table ${parent}_${k} partition of ${parent} for values with (${bound})`)
    .join('; ')
const ranges = (bounds: readonly string[]) =>
  bounds.map((bound, k) => `create table t_${k} partition of t for values ${bound}`).join('; ')
const rest = '; create table t_rest partition of t default'
const nullable = (of: unknown) => gen.nullable(of as never, 0.2)

type Column = readonly [name: string, type: string, generator: unknown]
type Case = readonly [name: string, columns: readonly Column[], by: string, partitions: string]

const KEYS: readonly (readonly [type: string, generator: unknown])[] = [
  ['smallint', gen.int({ min: -300, max: 300 })],
  ['integer', gen.int({ min: -1_000_000, max: 1_000_000 })],
  ['bigint', { kind: 'sequence', start: -7 }],
  ['bigint', { kind: 'sequence', start: 999_999_999_999_000 }],
  ['bigint', { kind: 'sequence', start: -999_999_999_999_000 }],
  ['numeric', gen.decimal({ min: -50, max: 50, scale: 3 })],
  ['numeric(12, 5)', gen.decimal({ min: -2, max: 2, scale: 2 })],
  ['numeric(20)', gen.int({ min: -3, max: 1_000_000_000 })],
  ['numeric', gen.choice([0, 1, 10_000, 100_000_000, -10_000, -70_000, 90_009])],
  ['double precision', gen.decimal({ min: -3, max: 3, scale: 1 })],
  ['boolean', gen.boolean()],
  ['text', gen.hex(21)],
  ['text', gen.choice(['', 'a', 'ä', "b'c", 'd\\e', '日本'])],
  ['varchar(60)', gen.email()],
  ['date', gen.timestamp({ from: '1990-01-01', to: '2010-01-01' })],
  ['timestamp', gen.timestamp(span)],
  ['timestamp(0)', gen.timestamp({ from: '1999-12-01', to: '2000-02-01' })],
  ['timestamp with time zone', gen.businessHours(span)],
  ['uuid', gen.uuid()],
  ['uuid', gen.uuid({ version: 7, ...span })],
]

const CASES: readonly Case[] = [
  ...KEYS.map(
    ([type, generator]): Case => [`hash of ${type}`, [['k', type, generator]], 'hash (k)', hashes()],
  ),
  ...KEYS.map(
    ([type, generator]): Case => [
      `hash of ${type} and a null`,
      [
        ['k', type, nullable(generator)],
        ['n', 'bigint', nullable(gen.int({ max: 9 }))],
      ],
      'hash (n, k)',
      hashes(),
    ],
  ),
  [
    'range of timestamptz, with a gap, and a rest',
    [['k', 'timestamptz', nullable(gen.businessHours(span))]],
    'range (k)',
    ranges([
      "from (minvalue) to ('2025-02-01')",
      "from ('2025-02-01 03:00+02') to ('2025-03-01 12:34:56.789')",
      "from ('2025-05-01') to ('infinity')",
    ]) + rest,
  ],
  [
    'range of timestamp(0), before 2000 as well',
    [['k', 'timestamp(0)', gen.timestamp({ from: '1999-12-01', to: '2000-02-01' })]],
    'range (k)',
    ranges([
      "from ('-infinity') to ('1999-12-15 10:00')",
      "from ('1999-12-15 10:00') to ('2000-01-01')",
      "from ('2000-01-01') to (maxvalue)",
    ]),
  ],
  [
    'range of date',
    [['k', 'date', gen.timestamp(span)]],
    'range (k)',
    ranges(["from ('0044-03-15 BC') to ('2025-04-30')", "from ('2025-04-30') to ('20000-01-01')"]),
  ],
  [
    'range of numeric, bounds with more places than the values',
    [['k', 'numeric', gen.decimal({ min: -2, max: 2, scale: 1 })]],
    'range (k)',
    ranges([
      'from (minvalue) to (-0.55)',
      'from (-0.55) to (0)',
      'from (0) to (0.5)',
      'from (0.5) to (1.0001)',
    ]) + rest,
  ],
  [
    'range of double precision',
    [['k', 'double precision', gen.decimal({ min: -2, max: 2, scale: 2 })]],
    'range (k)',
    ranges(["from ('-infinity') to (-1e-05)", 'from (-1e-05) to (0.1)', 'from (0.1) to (1e15)']),
  ],
  [
    'range of text in the order of bytes',
    [['k', 'text collate "C"', gen.hex(4)]],
    'range (k)',
    ranges(
      [
        "from (minvalue) to ('')",
        "from ('') to ('3')",
        "from ('3') to ('a0')",
        "from ('a0') to ('f')",
        "from ('f') to (maxvalue)",
      ].slice(1),
    ) + rest,
  ],
  [
    'range of uuid',
    [['k', 'uuid', gen.uuid()]],
    'range (k)',
    ranges([
      "from (minvalue) to ('40000000-0000-0000-0000-000000000000')",
      "from ('40000000-0000-0000-0000-000000000000') to ('c0000000-0000-4000-8000-000000000000')",
      "from ('c0000000-0000-4000-8000-000000000000') to (maxvalue)",
    ]),
  ],
  [
    'range of several columns',
    [
      ['a', 'integer', gen.int({ min: 0, max: 4 })],
      ['k', 'boolean', gen.boolean()],
      ['b', 'bigint', nullable(gen.int({ min: -20, max: 20 }))],
    ],
    'range (a, k, b)',
    ranges([
      'from (minvalue, minvalue, minvalue) to (1, false, 7)',
      'from (1, false, 7) to (2, true, minvalue)',
      'from (2, true, minvalue) to (3, maxvalue, maxvalue)',
    ]) + rest,
  ],
  [
    'list of text with a null, and a rest',
    [['k', 'text', nullable(gen.choice(['', 'a', 'ä', "b'c", 'd\\e', '日本', ') TO (', 'x']))]],
    'list (k)',
    ranges(["in ('a', '', null)", "in ('ä', 'b''c')", "in (E'd\\\\e', ') TO (')", "in ('日本')"]) + rest,
  ],
  [
    'list of numbers, with a null in the rest',
    [['k', 'integer', nullable(gen.int({ min: -5, max: 5 }))]],
    'list (k)',
    ranges(['in (-5, -4)', 'in (0)', 'in (1, 2, 3)']) + rest,
  ],
  [
    'list of numeric, however its values are written',
    [['k', 'numeric(6, 2)', gen.decimal({ min: 0, max: 1, scale: 1 })]],
    'list (k)',
    ranges(['in (0, 0.1)', 'in (0.500)', 'in (0.25, 1.00)']) + rest,
  ],
  [
    'list of boolean',
    [['k', 'boolean', nullable(gen.boolean())]],
    'list (k)',
    ranges(['in (true)', 'in (false, null)']),
  ],
  [
    'several levels with keys of their own',
    [
      ['k', 'text', gen.choice(['a', 'b', 'c'])],
      ['at', 'timestamp', gen.timestamp(span)],
      ['n', 'bigint', gen.int({ max: 1000 })],
    ],
    'list (k)',
    `create table t_a partition of t for values in ('a') partition by range (at);
     create table t_a_early partition of t_a for values from (minvalue) to ('2025-06-01') partition by hash (n, at);
     ${hashes('t_a_early')}; create table t_a_late partition of t_a default;
     create table t_b partition of t for values in ('b'); create table t_rest partition of t default partition by hash (n); ${hashes('t_rest')}`,
  ],
]

test.each(CASES)('rows go where the server puts them: %s', async (_name, columns, by, partitions) => {
  const list = columns.map(([name, type]) => `${name} ${type}`)
  await onDatabase(async (sql) => {
    await sql
      .unsafe(`create table t (i bigint, ${list.join(', ')}) partition by ${by}; ${partitions}`)
      .simple()
    const filled = columns.map(
      ([name, type, generator]): ColumnFill => ({
        name,
        type: type.replace(' collate "C"', ''),
        generator: generator as GeneratorSpec,
      }),
    )
    const id: ColumnFill = { name: 'i', type: 'bigint', generator: { kind: 'sequence' } }
    const fill: TableFill = { table: { schema: 'public', name: 't' }, rows: ROWS, columns: [id, ...filled] }
    await sql.unsafe(`insert into t ${selectSql(fill, { seed: 3, lo: 1, hi: ROWS })}`)
    const found = await sql.unsafe<{ i: number; leaf: string }[]>(
      'select i::int, tableoid::int8::text as leaf from t order by i',
    )
    const live = await readLiveTable(sql, fill.table)
    const { root } = await readPartitionTree(sql, live!.oid)
    const leaves = leavesOf(root)
    const route = compileRouter(fill, root, { seed: 3, block: 0 })
    expect(found.map(({ i }) => [i, leaves[route(i)]?.oid])).toEqual(found.map(({ i, leaf }) => [i, leaf]))
    // A case that fills one partition proves little; two values may hash to the same.
    const isBoolean = columns.every(([, type]) => type === 'boolean')
    if (!isBoolean) expect(new Set(found.map(({ leaf }) => leaf)).size).toBeGreaterThan(1)
    expect(leaves.map((leaf) => qualified(leaf))).toHaveLength(live!.leaves.length)
  })
})

test('rows go where the server puts them: list of an enum, however its values are ordered', async () => {
  await onDatabase(async (sql) => {
    await sql
      .unsafe(`create type mood as enum ('z', 'it''s', 'a', 'b'); create table t (i bigint, k mood) partition by list (k);
        ${ranges(["in ('a', null)", "in ('it''s', 'z')"])} ${rest}`)
      .simple()
    const labels = ['z', "it's", 'a', 'b']
    const generator = nullable(gen.choice(labels))
    const fill: TableFill = {
      table: { schema: 'public', name: 't' },
      rows: ROWS,
      columns: [
        { name: 'i', type: 'bigint', generator: { kind: 'sequence' } },
        { name: 'k', type: '"public"."mood"', labels, generator },
      ],
    }
    await sql.unsafe(`insert into t ${selectSql(fill, { seed: 3, lo: 1, hi: ROWS })}`)
    const found = await sql.unsafe<{ i: number; leaf: string }[]>(
      'select i::int, tableoid::int8::text as leaf from t order by i',
    )
    const { root } = await readPartitionTree(sql, (await readLiveTable(sql, fill.table))!.oid)
    const route = compileRouter(fill, root, { seed: 3, block: 0 })
    expect(new Set(found.map(({ leaf }) => leaf)).size).toBe(3)
    expect(found.map(({ i }) => leavesOf(root)[route(i)]?.oid)).toEqual(found.map(({ leaf }) => leaf))
  })
})

test('a row without a partition is nowhere', async () => {
  await onDatabase(async (sql) => {
    await sql.unsafe(`create table t (k int) partition by range (k); ${ranges(['from (2) to (3)'])}`).simple()
    const fill: TableFill = {
      table: { schema: 'public', name: 't' },
      rows: 3,
      columns: [{ name: 'k', type: 'integer', generator: { kind: 'sequence' } }],
    }
    const { root } = await readPartitionTree(sql, (await readLiveTable(sql, fill.table))!.oid)
    const route = compileRouter(fill, root, { seed: 1, block: 0 })
    expect([1, 2, 3].map(route)).toEqual([NOWHERE, 0, NOWHERE])
  })
})
