import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  hashHigh,
  hashIndex,
  hashInt8,
  hashText,
  seedState,
  toInt64,
  type Words,
  wordsOf,
} from '../../../src/seed/hash.ts'

const words = (value: bigint): Words => ({
  high: Number(BigInt.asIntN(32, value >> 32n)),
  low: Number(BigInt.asIntN(32, value)),
})

function hash(value: bigint, seed: bigint): bigint {
  const { high, low } = words(value)
  const lower = hashInt8(seedState(words(seed)), high, low)
  return toInt64({ high: hashHigh(), low: lower })
}

describe('hashint8extended', () => {
  // select hashint8extended(value, seed), PostgreSQL 15.18
  test.each([
    [0n, 0n, 4154612158245552303n],
    [1n, 0n, -3670598878359251130n],
    [42n, 0n, 8010225493015854792n],
    [-1n, 0n, -1888257769727981238n],
    [0n, 1n, 434346878670890809n],
    [42n, 12345n, 1382057614745772063n],
    [1000000000n, 12345n, -4568127343705954872n],
    [-1n, 1n, 3987656643895367148n],
    [9007199254740993n, 81985529216486895n, 5413709710505946788n],
  ])('of %s with seed %s is %s', (value, seed, expected) => {
    expect(hash(value, seed)).toBe(expected)
  })

  test('folds the halves of its argument, which is why each block of 2^32 rows has a seed of its own', () => {
    expect(hash(4294967297n, 7n)).toBe(hash(0n, 7n))
    expect(hash(4294967296n, 7n)).toBe(hash(1n, 7n))
    expect(hash(-4294967296n, 7n)).toBe(hash(0n, 7n))
  })

  test('of a row number below 2^32 needs its lower half only', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4294967295 }), fc.maxSafeInteger(), (k, seed) => {
        const low = hashIndex(seedState(wordsOf(seed)), k | 0)
        expect(toInt64({ high: hashHigh(), low })).toBe(hash(BigInt(k), BigInt(seed)))
      }),
    )
  })
})

describe('hashtextextended', () => {
  // select hashtextextended(text collate "C", seed), PostgreSQL 15.18
  test.each([
    ['', 0, -6939563903564495251n],
    ['abc', 0, -6747756470228489321n],
    ['hello world!', 0, -2866487628948787489n],
    ['hello world!!', 1, 314819861698855817n],
  ])('of "%s" with seed %s is %s', (text, seed, expected) => {
    expect(toInt64(hashText(text, wordsOf(seed)))).toBe(expected)
  })
})

test('every safe integer comes back from its two halves', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), (n) => {
      expect(toInt64(wordsOf(n))).toBe(BigInt(n))
    }),
  )
})
