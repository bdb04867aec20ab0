import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import billion from '../../../seeds/billion.ts'
import { expectedDistinct, expectedSum, frequencies } from '../../../src/seed/estimate/frequency.ts'
import { ginKeys, jsonbBytes, numericDigits } from '../../../src/seed/estimate/jsonb.ts'
import { leafShares } from '../../../src/seed/estimate/leaf-shares.ts'
import { btreePages, heapPagesPerRow, heapTupleBytes } from '../../../src/seed/estimate/pages.ts'
import { sampleRows } from '../../../src/seed/estimate/sample.ts'
import { fits, spaceNeeded } from '../../../src/seed/estimate/space.ts'
import { planLoad, scaleProfile } from '../../../src/seed/index.ts'

/** A sample of draws from `values` equal ones. */
function draw(rows: number, values: number): Map<string, number> {
  const seen = new Map<string, number>()
  let state = 1
  for (let k = 0; k < rows; k++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    const key = String(Math.floor((state / 4_294_967_296) * values))
    seen.set(key, (seen.get(key) ?? 0) + 1)
  }
  return seen
}

describe('how often keys come again', () => {
  test.each([3, 100, 30_000, 500_000])('is told of %i equal ones by a sample of 16,000', (values) => {
    const classes = frequencies(draw(16_000, values), { rows: 16_000, complete: false })
    for (const rows of [10_000, 10_000_000]) {
      const expected = values * (1 - Math.exp(-rows / values))
      expect(expectedDistinct(classes, rows) / expected).toBeGreaterThan(0.85)
      expect(expectedDistinct(classes, rows) / expected).toBeLessThan(1.15)
    }
  })

  test('a whole table is counted, not guessed', () => {
    const classes = frequencies(
      new Map([
        ['a', 3],
        ['b', 1],
      ]),
      { rows: 4, complete: true },
    )
    expect(classes).toEqual([
      { values: 1, share: 0.75 },
      { values: 1, share: 0.25 },
    ])
  })

  test('values that never come again, and those that a bound allows only so many of', () => {
    const once = new Map(Array.from({ length: 1000 }, (_, k) => [String(k), 1]))
    const endless = frequencies(once, { rows: 1000, complete: false })
    expect(expectedDistinct(endless, 1e9)).toBe(1e9)
    const bounded = frequencies(once, { rows: 1000, complete: false, bound: 5000 })
    expect(expectedDistinct(bounded, 1e9)).toBeCloseTo(5000)
  })

  test('every row is counted once, whatever was seen', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 60 }),
        fc.boolean(),
        (counts, complete) => {
          const rows = counts.reduce((sum, count) => sum + count, 0)
          const classes = frequencies(new Map(counts.map((count, k) => [String(k), count])), {
            rows,
            complete,
          })
          expect(expectedSum(classes, 1e6, (count) => count) / 1e6).toBeCloseTo(1, 6)
        },
      ),
    )
  })
})

test.each([1, 15_999, 16_000, 16_001, 20_000, 41_999, 1_000_003, 1_000_000_000])(
  'a sample of %i rows takes none of them twice',
  (rows) => {
    const [table] = planLoad(scaleProfile(billion, { rows }), { jobs: 1 }).tables
    const sample = sampleRows(table!, 1)
    const ids = Array.from({ length: sample.rows }, (_, k) =>
      Number(Buffer.from(sample.cell(k, 0)!).readBigInt64BE()),
    )
    expect(sample.rows).toBe(Math.min(rows, 16_000))
    expect(new Set(ids).size).toBe(sample.rows)
    expect(Math.min(...ids)).toBeGreaterThanOrEqual(1)
    expect(Math.max(...ids)).toBeLessThanOrEqual(rows)
    expect(Math.max(...ids)).toBeGreaterThan(rows * 0.999 - 1)
  },
)

describe('sizes', () => {
  test('are those of PostgreSQL for tables and indexes that were looked at', () => {
    // 97 rows of billion_rows stand on a page; its key has 276 pages at 100,000 rows, its index of text 724.
    const tuple = heapTupleBytes({ data: 8 + 33 + 7 + 8, columns: 3, hasNull: false })
    expect(1 / heapPagesPerRow(new Array(9700).fill(tuple), 100)).toBeCloseTo(97, 0)
    expect(btreePages({ rows: 100_000, key: 8, fillfactor: 90, keys: undefined })).toBe(276)
    expect(btreePages({ rows: 100_000, key: 40, fillfactor: 90, keys: undefined })).toBe(724)
    expect(btreePages({ rows: 100_000, key: 16, fillfactor: 90, keys: undefined })).toBe(388)
    expect(btreePages({ rows: 0, key: 8, fillfactor: 90, keys: undefined })).toBe(1)
  })

  test('of documents are those of jsonb, and its keys those of GIN', () => {
    // pg_column_size() of these less the header of four bytes.
    const documents = [
      {},
      { a: 1 },
      { a: 'xyz', b: [true, null] },
      { a: 1.5, bb: { c: -73.935242 }, ccc: 'abcde' },
      5,
      'x',
      [1, 2, 'abc', { q: false }],
    ]
    expect(documents.map(jsonbBytes)).toEqual([4, 24, 40, 81, 16, 9, 53])
    expect([...ginKeys({ a: 'x', b: [1, 'y'] })]).toEqual(['ka', 'sx', 'kb', 'v1', 'ky'])
    expect(['0', '7', '12345', '-73.935242', '0.0001', '1000000'].map(numericDigits)).toEqual([
      0, 1, 2, 3, 1, 1,
    ])
  })
})

test('rows of partitions are counted by their bounds, also of a list and the default one', () => {
  const int4 = (value: number) => {
    const bytes = Buffer.alloc(4)
    bytes.writeInt32BE(value)
    return bytes
  }
  const leaf = (bound: string) => ({ oid: '1', bound, fillfactor: 100, toast: false, logged: true, bytes: 0 })
  const key = { strategy: 'r', column: 'n' } as const
  const keys = [1, 5, 10, 99].map(int4)
  const ranges = [leaf("FOR VALUES FROM ('1') TO (10)"), leaf('FOR VALUES FROM (10) TO (MAXVALUE)')]
  expect(leafShares({ leaves: ranges, partitionKey: key }, { type: 'int4', keys })).toEqual([0.5, 0.5])
  const lists = [leaf("FOR VALUES IN ('it''s', 'b, c')"), leaf('DEFAULT')]
  const texts = ["it's", 'b, c', 'b', 'x'].map((text) => Buffer.from(text))
  expect(
    leafShares({ leaves: lists, partitionKey: { ...key, strategy: 'l' } }, { type: 'text', keys: texts }),
  ).toEqual([0.5, 0.5])
})

test('what is there already, and WAL that is used again, need no space', () => {
  const disk = {
    heap: 100,
    indexes: 50,
    present: 30,
    walWritten: 1000,
    walKept: 40,
    temporary: 20,
    rewritten: 0,
  }
  expect(spaceNeeded(disk, { presentWal: 10 })).toEqual({ data: 170, wal: 0 })
  expect(spaceNeeded(disk, { presentWal: 10, wal: 5 })).toEqual({ data: 140, wal: 30 })
  expect(fits(disk, { data: 170, presentWal: 10 })).toBe(true)
  expect(fits(disk, { data: 169, presentWal: 10 })).toBe(false)
  expect(fits(disk, { data: 140, wal: 29, presentWal: 10 })).toBe(false)
})
