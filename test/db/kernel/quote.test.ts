import fc from 'fast-check'
import { expect, test } from 'vitest'
import { withDatabase } from '../../../src/db/index.ts'
import { ident, literal } from '../../../src/kernel/index.ts'
import { testDatabase } from '../../support/index.ts'

const target = testDatabase()
// Names up to 63 bytes: longer ones are cut by the server. NUL cannot be in SQL at all; lone surrogates are no UTF-8.
const text = fc
  .string({ unit: 'binary', maxLength: 6 })
  .filter((s) => !s.includes('\0') && Buffer.from(s).toString() === s)
const hostile = fc.constantFrom(
  '"',
  "'",
  '\\',
  "';--",
  '"; drop table x; --',
  "\\'",
  'E\\',
  '$$',
  '/*',
  '%s',
  ' ',
  '\n',
)
const nasty = fc.tuple(text, hostile, text).map((parts) => parts.join(''))

test('whatever goes into ident() and literal() comes back from the server as it was', async () => {
  await withDatabase(target, { doing: 'testing', max: 1 }, async ({ sql }) => {
    await fc.assert(
      fc.asyncProperty(nasty, nasty, async (name, value) => {
        const [row] = await sql.unsafe<Record<string, string>[]>(`select ${literal(value)} as ${ident(name)}`)
        expect(row).toEqual({ [name]: value })
      }),
      { numRuns: 300, seed: 20260101 },
    )
  })
})

test('a backslash stays one backslash when standard_conforming_strings is off', async () => {
  await withDatabase(target, { doing: 'testing', max: 1 }, async ({ sql }) => {
    await sql.unsafe('set standard_conforming_strings = off')
    const [row] = await sql.unsafe<{ v: string }[]>(`select ${literal("a\\'b")} as v`)
    expect(row!.v).toBe("a\\'b")
  })
})

test('names that cannot be in SQL are refused before they reach it', () => {
  expect(() => ident('')).toThrow(TypeError)
  expect(() => ident('a\0b')).toThrow(TypeError)
  expect(() => literal('a\0b')).toThrow(TypeError)
})
