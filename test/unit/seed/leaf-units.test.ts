import { describe, expect, test } from 'vitest'
import type { PartitionNode, PartitionTree } from '../../../src/catalog/index.ts'
import { parseBound } from '../../../src/seed/leaves/bounds.ts'
import { choosePath } from '../../../src/seed/leaves/path.ts'
import { planUnits } from '../../../src/seed/leaves/units.ts'
import type { TablePlan } from '../../../src/seed/plan.ts'

const node = (name: string, bound?: string, more: Partial<PartitionNode> = {}): PartitionNode => ({
  oid: name,
  schema: 'public',
  name,
  bound,
  partitioned: undefined,
  children: [],
  rowSecurity: false,
  rules: false,
  insertTriggers: false,
  truncateTriggers: false,
  mayInsert: true,
  mayTruncate: true,
  defaults: {},
  ...more,
})
const key = { column: 'id', usualOperators: true, deterministic: true, bytewise: true }
const ranges = (...bounds: string[]): PartitionNode =>
  node('t', undefined, {
    partitioned: { strategy: 'range', key: [key] },
    children: bounds.map((bound, k) => node(`t_${k}`, bound)),
  })
const range = (from: number, to: number) => `FOR VALUES FROM ('${from}') TO ('${to}')`
const table = (rows: number, kind = 'sequence'): TablePlan => ({
  table: { schema: 'public', name: 't' },
  rows,
  chunkRows: 1000,
  columns: [{ name: 'id', type: 'bigint', generator: { kind, ...(kind === 'int' ? { max: rows } : {}) } }],
})
const two = { seed: 1, jobs: 2 }
const units = (rows: number, root: PartitionNode, jobs = 2) =>
  planUnits(table(rows), root, { seed: 1, jobs })?.map(({ leaf, lo, hi }) => [leaf.name, lo, hi])

describe('the units of a table whose key rises with the row', () => {
  test('are its partitions with exactly their rows, the largest first; empty ones are none', () => {
    const root = ranges(
      range(0, 400),
      range(400, 1001),
      range(5000, 6000),
      "FOR VALUES FROM (MINVALUE) TO ('0')",
    )
    expect(units(1000, root)).toEqual([
      ['t_1', 400, 1000],
      ['t_0', 1, 399],
    ])
  })

  test('reach over the blocks of 2^32 rows, and are found at once', () => {
    const half = 5_000_000_000
    const wide = {
      ...table(2 * half),
      columns: [{ name: 'id', type: 'bigint', generator: { kind: 'sequence' } }],
    }
    const bounds = Array.from({ length: 100 }, (_, k) => range(k * 1e8 + 1, (k + 1) * 1e8 + 1))
    const found = planUnits(wide, ranges(...bounds), two)
    expect(found).toHaveLength(100)
    expect(found!.every(({ lo, hi }) => hi - lo + 1 === 1e8 && (lo - 1) % 1e8 === 0)).toBe(true)
  })

  test.each([
    ['one partition for two sessions', ranges(range(0, 9999))],
    ['a rest that is in two pieces', ranges(range(100, 200), 'DEFAULT')],
    ['rows that no partition takes', ranges(range(0, 500))],
  ])('are none for %s', (_name, root) => {
    expect(units(1000, root)).toBeUndefined()
  })

  test('are none where a partition is larger than what one transaction should hold', () => {
    const root = ranges(range(0, 1e9), range(1e9, 2e9 + 1))
    expect(units(2e9, root)).toBeUndefined()
    expect(units(2e8, ranges(range(0, 1e8), range(1e8, 2e8 + 1)))).toHaveLength(2)
  })

  test('are none for a key in any order', () => {
    expect(planUnits(table(1000, 'int'), ranges(range(0, 500), range(500, 1001)), two)).toBeUndefined()
  })
})

test('bounds are read as the server prints them', () => {
  const value = (text: string) => ({ kind: 'value', text })
  expect(parseBound("FOR VALUES FROM ('a'') TO (', MINVALUE) TO (E'b\\\\c', '-5')")).toEqual({
    kind: 'range',
    from: [value("a') TO ("), { kind: 'min' }],
    to: [value('b\\c'), value('-5')],
  })
  expect(parseBound("FOR VALUES IN (NULL, true, 'NULL', 1.5)")).toEqual({
    kind: 'list',
    values: [{ kind: 'null' }, value('true'), value('NULL'), value('1.5')],
  })
  expect(parseBound('FOR VALUES WITH (modulus 7, remainder 3)')).toEqual({
    kind: 'hash',
    modulus: 7,
    remainder: 3,
  })
  expect(parseBound('DEFAULT')).toEqual({ kind: 'default' })
  expect(parseBound("FOR VALUES FROM (date_trunc('day')) TO ('x')")).toBeUndefined()
})

test('a subscriber’s partitions are not emptied: no TRUNCATE with wal_level = logical', () => {
  const tree = (walLevel: string): PartitionTree => ({ root: ranges('DEFAULT'), encoding: 'UTF8', walLevel })
  expect(choosePath(table(10), tree('logical'))).toMatchObject({ kind: 'leaves', mayFreeze: false })
  expect(choosePath(table(10), tree('replica'))).toMatchObject({ kind: 'leaves', mayFreeze: true })
})
