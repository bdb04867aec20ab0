import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  formatBytes,
  formatDuration,
  formatRows,
  GigarowError,
  parseRows,
} from '../../../src/kernel/index.ts'

describe('parseRows', () => {
  test.each([
    ['250000', 250_000],
    ['250_000', 250_000],
    ['1e6', 1_000_000],
    ['10M', 10_000_000],
    ['2.5k', 2_500],
    ['1B', 1_000_000_000],
    [' 1 m ', 1_000_000],
    ['0', 0],
  ])('reads %s', (text, rows) => expect(parseRows(text)).toBe(rows))

  test.each(['1e6x', '', 'M', '-5', '1.5', '0x10', '10 MB', '1e99', '9007199254740993', 'NaN'])(
    'refuses "%s" as usage',
    (text) => {
      expect(() => parseRows(text)).toThrow(
        expect.objectContaining({ code: 'USAGE', hint: expect.stringContaining('10M') }),
      )
    },
  )

  test('reads back every count that it can be given', () => {
    fc.assert(fc.property(fc.maxSafeNat(), (n) => parseRows(String(n)) === n))
  })
})

test('formats keep to three digits and PostgreSQL’s units', () => {
  expect([0, 999, 1000, 1234, 999_600, 10_000_000, 1e9].map(formatRows)).toEqual([
    '0',
    '999',
    '1k',
    '1.23k',
    '1M',
    '10M',
    '1B',
  ])
  expect([0, 1023, 1024, 1536, 166_232_064].map(formatBytes)).toEqual([
    '0 B',
    '1023 B',
    '1 kB',
    '1.5 kB',
    '159 MB',
  ])
  expect([12, 3_210, 245_000, 7_800_000].map(formatDuration)).toEqual([
    '12 ms',
    '3.2 s',
    '4 min 05 s',
    '2 h 10 min',
  ])
})

test('an error tells programs the same as people, and survives a thread', () => {
  const error = new GigarowError('TABLE_NOT_EMPTY', 'It holds rows.', {
    facts: { table: 't' },
    hint: 'Do this.',
  })
  expect(GigarowError.fromJSON(JSON.parse(JSON.stringify(error)))).toMatchObject({
    code: 'TABLE_NOT_EMPTY',
    message: 'It holds rows.',
    hint: 'Do this.',
    facts: { table: 't' },
    exitCode: 1,
  })
})
