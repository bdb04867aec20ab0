import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Bound, parseBound, parseKey, type Value } from '../../../src/diff/partitions/bound.ts'
import { boundCondition } from '../../../src/diff/partitions/condition.ts'
import { contains, covers, orderOf, overlaps } from '../../../src/diff/partitions/order.ts'
import '../../support/fast-check.ts'

const integers = [orderOf('bigint'), orderOf('bigint')]

describe('bounds as the server writes them', () => {
  it.each<[string, Bound]>([
    ['DEFAULT', { kind: 'default' }],
    ['FOR VALUES WITH (modulus 4, remainder 3)', { kind: 'hash', modulus: 4, remainder: 3 }],
    [
      `FOR VALUES IN ('it''s, (a)', E'b\\\\c', '-5', NULL, true)`,
      { kind: 'list', values: [text("it's, (a)"), text('b\\c'), text('-5'), { kind: 'null' }, text('true')] },
    ],
    [
      `FOR VALUES FROM ('2025-01-01 00:00:00+00', MINVALUE) TO (10, MAXVALUE)`,
      {
        kind: 'range',
        from: [text('2025-01-01 00:00:00+00'), { kind: 'min' }],
        to: [text('10'), { kind: 'max' }],
      },
    ],
  ])('%s is read', (sql, bound) => {
    expect(parseBound(sql)).toEqual(bound)
  })

  it('keys are read: columns with collations and operator classes, expressions', () => {
    expect(
      parseKey('RANGE (event_time, "odd, ""name", lower(a) COLLATE "C", ((b + 1)), c COLLATE "C" text_ops)'),
    ).toEqual({
      strategy: 'range',
      parts: [
        { sql: 'event_time', column: 'event_time' },
        { sql: '"odd, ""name"', column: 'odd, "name' },
        { sql: 'lower(a)', column: undefined },
        { sql: '((b + 1))', column: undefined },
        { sql: 'c COLLATE "C"', column: 'c' },
      ],
    })
  })
})

describe('the order of bounds', () => {
  it.each([
    ['bigint', '9', '10'],
    ['numeric(10,2)', '-1.5', '-1.25'],
    ['date', '0999-12-31', '2025-01-01'],
    ['timestamp(3) with time zone', '2025-01-01 01:00:00+02', '2025-01-01 00:00:00+00'],
    ['timestamp without time zone', '2025-01-01 00:00:00', '2025-01-01 00:00:00.000001'],
    ['boolean', 'false', 'true'],
  ])('of %s: %s is below %s', (type, low, high) => {
    expect(orderOf(type)(low, high)).toBe(-1)
    expect(orderOf(type)(high, low)).toBe(1)
  })

  it('of text is the matter of its collation', () => {
    expect(orderOf('text')('a', 'B')).toBeUndefined()
    expect(overlaps(range('a', 'f'), range('c', 'x'), [orderOf('text')])).toBeUndefined()
    expect(contains(range('a', 'x'), range('c', 'f'), [orderOf('text')])).toBeUndefined()
    expect(contains(range('a', 'x'), range('a', 'x'), [orderOf('text')])).toBe(true)
  })

  it('the default partition holds what no other does', () => {
    expect(covers([range('1', '5'), { kind: 'default' }], range('3', '9'), integers)).toBe(true)
    expect(contains({ kind: 'default' }, range('3', '9'), integers)).toBe(false)
  })

  it('a list is covered value by value, NULL included', () => {
    const [a, b] = [parseBound(`FOR VALUES IN ('a', NULL)`), parseBound(`FOR VALUES IN ('b')`)]
    expect(covers([a, b], parseBound(`FOR VALUES IN ('b', NULL, 'a')`), [])).toBe(true)
    expect(covers([b], a, [])).toBe(false)
  })

  it('hash partitions are covered by those of a multiple of their modulus', () => {
    const hash = (modulus: number, remainder: number): Bound => ({ kind: 'hash', modulus, remainder })
    expect(covers([hash(8, 1), hash(8, 5)], hash(4, 1), [])).toBe(true)
    expect(covers([hash(8, 1)], hash(4, 1), [])).toBe(false)
    expect(overlaps(hash(4, 1), hash(6, 3), [])).toBe(true)
    expect(overlaps(hash(4, 1), hash(6, 2), [])).toBe(false)
  })
})

const bound = fc.tuple(row(), row()).map(([from, to]): Bound => ({ kind: 'range', from, to }))

function row() {
  const value = fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 0, max: 4 }).map((n) => text(String(n))) },
    { weight: 1, arbitrary: fc.constantFrom<Value>({ kind: 'min' }, { kind: 'max' }) },
  )
  return fc.tuple(value, value)
}

/** The meaning, by trying every row: what the arithmetic must agree with. */
const ROWS = Array.from({ length: 7 }, (_, a) =>
  Array.from({ length: 7 }, (_, b) => [a - 1, b - 1] as const),
).flat()

function holds(b: Bound, [x, y]: readonly [number, number]): boolean {
  if (b.kind !== 'range') return false
  return below(b.from, [x, y]) && !below(b.to, [x, y])
}

/** Whether the bound is not above the row. */
function below(values: readonly Value[], point: readonly number[]): boolean {
  for (const [i, value] of values.entries()) {
    if (value.kind !== 'value') return value.kind === 'min'
    if (Number(value.text) !== point[i]) return Number(value.text) < point[i]!
  }
  return true
}

describe('arithmetic of ranges over two columns', () => {
  it('what is said to be covered has no row without a home, whatever the rows', () => {
    fc.assert(
      fc.property(fc.array(bound, { maxLength: 4 }), bound, (outer, inner) => {
        const homeless = ROWS.filter((r) => holds(inner, r) && !outer.some((o) => holds(o, r)))
        if (covers(outer, inner, integers) === true) expect(homeless).toEqual([])
      }),
      { numRuns: 2000 },
    )
  })

  it('bounds that share a row overlap', () => {
    fc.assert(
      fc.property(bound, bound, (a, b) => {
        if (ROWS.some((r) => holds(a, r) && holds(b, r))) expect(overlaps(a, b, integers)).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  it('the condition of a bound is true for its rows and no others', () => {
    fc.assert(
      fc.property(bound, (b) => {
        const condition = boundCondition(parseKey('RANGE (x, y)'), b)!
        for (const r of ROWS) expect(evaluate(condition, r)).toBe(holds(b, r))
      }),
      { numRuns: 500 },
    )
  })
})

/** The condition's few operators are JavaScript's under other names. */
function evaluate(sql: string, [x, y]: readonly [number, number]): boolean {
  const js = sql
    .replaceAll(/\((x|y) IS NOT NULL\)/g, 'true')
    .replaceAll(/ = /g, ' === ')
    .replaceAll(/'(-?\d+)'/g, '$1')
    .replaceAll(' AND ', ' && ')
    .replaceAll(' OR ', ' || ')
  return new Function('x', 'y', `return ${js}`)(x, y) as boolean
}

function text(value: string): Value {
  return { kind: 'value', text: value }
}

function range(from: string, to: string): Bound {
  return { kind: 'range', from: [text(from)], to: [text(to)] }
}
