import { describe, expect, it } from 'vitest'
import { type Condition, canDrop, type Family } from '../../../src/ingest/filter/condition.ts'
import { rowJudge } from '../../../src/ingest/filter/judge.ts'
import { parseWhere } from '../../../src/ingest/filter/parse.ts'
import { READERS } from '../../../src/ingest/filter/values.ts'

const SERVER: Condition = { kind: 'server' }
const is = (column: string, value: number): Condition => ({
  kind: 'compare',
  column,
  family: 'integer',
  op: '=',
  value,
})
const not = (of: Condition): Condition => ({ kind: 'not', of })
const and = (...of: Condition[]): Condition => ({ kind: 'and', of })
const or = (...of: Condition[]): Condition => ({ kind: 'or', of })

/** Of the row 1,(null),x in columns a, b, c. */
function verdict(condition: Condition, row = '1,,x\n') {
  const judge = rowJudge(condition, ['a', 'b', 'c'], { delimiter: ',', nullText: '' })
  const bytes = Buffer.from(row)
  expect(judge.next(bytes, 0, { to: bytes.length, atEnd: true })).toBe(bytes.length)
  return judge.verdict(bytes)
}

describe('a row is judged as SQL does, and where that needs the server, by it', () => {
  it.each<[string, Condition, 'yes' | 'no' | 'ask']>([
    ['a = 1', is('a', 1), 'yes'],
    ['a = 2', is('a', 2), 'no'],
    ['null = 1 is not true', is('b', 1), 'no'],
    ['nor is its negation', not(is('b', 1)), 'no'],
    ['b is null', { kind: 'null', column: 'b' }, 'yes'],
    ['false and whatever', and(is('a', 2), SERVER), 'no'],
    ['true and whatever', and(is('a', 1), SERVER), 'ask'],
    ['true or whatever', or(is('a', 1), SERVER), 'yes'],
    ['null or false', or(is('b', 1), is('a', 2)), 'no'],
    ['not whatever', not(SERVER), 'ask'],
    ['what is no number', is('c', 1), 'ask'],
  ])('%s', (_, condition, expected) => {
    expect(verdict(condition)).toBe(expected)
  })

  it('fields in quotes are values and never null, quotes within and missing fields are for the server', () => {
    expect(verdict(is('a', 1), '"1",,x\n')).toBe('yes')
    expect(verdict({ kind: 'null', column: 'b' }, '1,"",x\n')).toBe('no')
    expect(verdict(is('a', 1), '"1""",,x\n')).toBe('ask')
    expect(verdict(is('b', 1), '1\n')).toBe('ask')
    expect(verdict({ kind: 'in', column: 'c', family: 'text', values: ['é,'] }, '1,2,"é,"\r\n')).toBe('yes')
  })
})

it('a quote that is never closed ends no record, not even at the end of the file', () => {
  const judge = rowJudge(is('a', 1), ['a', 'b', 'c'], { delimiter: ',', nullText: '' })
  const bytes = Buffer.from('1,2,3\n1,"2,3\n1,2,3\n')
  const bounds = { to: bytes.length, atEnd: true }
  expect(judge.next(bytes, 0, bounds)).toBe(6)
  expect(judge.next(bytes, 6, bounds)).toBe(-1)
})

describe('values are read, or left to the server', () => {
  const read = (family: Exclude<Family, 'text'>, text: string) =>
    READERS[family](Buffer.from(text), 0, Buffer.byteLength(text))
  const micros = (text: string) => (Date.parse(text) - Date.UTC(2000, 0, 1)) * 1000

  it.each<[Exclude<Family, 'text'>, string, number]>([
    ['integer', '-17', -17],
    ['integer', '+4', 4],
    ['float', '-1.5e3', -1500],
    ['date', '2024-02-29', micros('2024-02-29T00:00:00Z')],
    ['timestamp', '1999-12-31 23:59:59.25', -750_000],
    ['timestamptz', '2025-01-01 00:00:00+00', micros('2025-01-01T00:00:00Z')],
    ['timestamptz', '2025-06-01T12:30:00.000001-03:30', micros('2025-06-01T16:00:00Z') + 1],
    ['timestamptz', '2025-06-01 12:30:00Z', micros('2025-06-01T12:30:00Z')],
  ])('%s %s', (family, text, value) => {
    expect(read(family, text)).toBe(value)
  })

  it.each<[Exclude<Family, 'text'>, string]>([
    ['integer', ''],
    ['integer', ' 1'],
    ['integer', '1_000'],
    ['integer', '0x1f'],
    ['integer', '12345678901234567'],
    ['float', 'NaN'],
    ['float', 'Infinity'],
    ['float', '1e999'],
    ['float', '1e-400'],
    ['date', '2023-02-29'],
    ['date', '01.02.2023'],
    ['timestamp', '2025-01-01 24:00:00'],
    ['timestamp', '2025-01-01 00:00:00+01'],
    ['timestamptz', '2025-01-01 00:00:00'],
    ['timestamptz', '2025-01-01 00:00:00 Europe/Berlin'],
    ['timestamptz', '2025-01-01 00:00:00.1234567+00'],
  ])('%s "%s": the server', (family, text) => {
    expect(read(family, text)).toBeNaN()
  })
})

describe('--where', () => {
  it.each<[string, unknown]>([
    ['a in (1, -2) and not b is null', { kind: 'and' }],
    ['5 < a', { kind: 'compare', column: 'a', op: '>', value: { kind: 'number', value: '5' } }],
    ["a not in ('x')", { kind: 'not' }],
    ['a between 1 and 2', { kind: 'and' }],
    ["lower(a) = 'x'", { kind: 'server' }],
    ['a = current_user', { kind: 'server' }],
  ])('%s', async (text, parsed) => {
    expect((await parseWhere(text)).parsed).toMatchObject(parsed as object)
  })

  it.each([
    ['a = 1 group by a', 'IMPORT_MISFIT'],
    ['a = 1; drop table t', 'IMPORT_MISFIT'],
    ['a = 1) or (true', 'SQL_SYNTAX'],
    ['a = (select 1)', 'IMPORT_MISFIT'],
    ['t.a = 1', 'IMPORT_MISFIT'],
    ['a = 1 union select 2', 'IMPORT_MISFIT'],
    ['', 'SQL_SYNTAX'],
  ])('takes one condition and nothing else: %s', async (text, code) => {
    await expect(parseWhere(text)).rejects.toMatchObject({ code })
  })

  it('is written out from what the parser understood', async () => {
    expect((await parseWhere("a = 'it''s' -- and more")).sql.trim()).toBe("a = 'it''s'")
  })

  it('negations are written as COPY can carry them out', async () => {
    const { sql, parsed } = await parseWhere('not a > 1')
    expect(parsed).toMatchObject({ kind: 'not' })
    expect(sql.replaceAll(/\s+/g, ' ')).toMatch(/^CASE a > 1 WHEN true THEN false WHEN false THEN true END$/)
  })

  it('leaves rows out here only where the server could not want them', () => {
    expect(canDrop(and(is('a', 1), SERVER))).toBe(true)
    expect(canDrop(or(is('a', 1), SERVER))).toBe(false)
    expect(canDrop(not(and(is('a', 1), SERVER)))).toBe(false)
  })
})
