import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BLOCK_ROWS } from '../../../src/seed/index.ts'
import { chunkAt, chunkCount, planLoad, segments } from '../../../src/seed/plan.ts'
import { billionProfile } from '../../support/load.ts'

test('chunks hold every row exactly once, in order', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50_000 }),
      fc.integer({ min: 1, max: 7_000 }),
      (rows, chunkRows) => {
        const table = planLoad(billionProfile(rows), { jobs: 2, chunkRows }).tables[0]!
        let next = 1
        for (let k = 0; k < chunkCount(table); k++) {
          const { lo, hi } = chunkAt(table, k)
          // expect() on each of 50,000 chunks takes longer than all the rest of this file.
          if (lo !== next || hi < lo)
            throw new Error(`chunk ${k} is ${lo} to ${hi}; the one before ended at ${next - 1}`)
          next = hi + 1
        }
        expect(next).toBe(rows + 1)
      },
    ),
  )
})

test('segments cut a chunk where a block of 2^32 rows ends and nowhere else', () => {
  expect(segments({ lo: 1, hi: 10 })).toEqual([{ block: 0, lo: 1, hi: 10 }])
  expect(segments({ lo: BLOCK_ROWS - 2, hi: BLOCK_ROWS + 1 })).toEqual([
    { block: 0, lo: BLOCK_ROWS - 2, hi: BLOCK_ROWS - 1 },
    { block: 1, lo: BLOCK_ROWS, hi: BLOCK_ROWS + 1 },
  ])
})

test('a billion rows are planned in chunks that no session waits long for', () => {
  const table = planLoad(billionProfile(1_000_000_000), { jobs: 2 }).tables[0]!
  expect(table.chunkRows).toBe(250_000)
  expect(chunkCount(table)).toBe(4000)
})

test('chunks that would fill the ledger are refused, with the size that is enough', () => {
  expect(() => planLoad(billionProfile(1_000_000_000), { jobs: 2, chunkRows: 1 })).toThrow(
    expect.objectContaining({ code: 'USAGE', hint: expect.stringContaining('--chunk-rows 1000 or more') }),
  )
})
