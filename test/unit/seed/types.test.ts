import { customType, integer, pgEnum, pgTable, text } from 'drizzle-orm/pg-core'
import { expect, test } from 'vitest'
import { compileRows, fill, type GeneratorSpec, gen, type TableFill } from '../../../src/seed/index.ts'
import { countsOf, N, single } from './statistics.ts'

const mood = pgEnum('mood', ['sad', 'ok'])
const email = customType<{ data: string }>({ dataType: () => 'email_address' })
const staff = pgTable('staff', {
  id: integer().primaryKey(),
  bossId: integer('boss_id'),
  mood: mood(),
  tags: text().array(),
  address: email(),
  moods: mood().array(),
})
const id = gen.sequence()

test('a value that an enum does not have is refused, and named', () => {
  const wrong = gen.choice(['sad', 'angry']) as never
  expect(() => fill(staff, { rows: 10, columns: { id, mood: wrong } })).toThrow(
    'The profile fills public.staff.mood with "angry", which is no value of "public"."mood": sad, ok.',
  )
})

test('a domain is filled as what it is said to be made of, and refused where nothing is said', () => {
  const columns = { id, address: gen.email() }
  expect(() => fill(staff, { rows: 10, columns })).toThrow(/type email_address, which gigarow cannot fill/)
  expect(fill(staff, { rows: 10, columns, domains: { address: 'text' } }).columns[1]).toMatchObject({
    name: 'address',
    type: 'text',
  })
  expect(() => fill(staff, { rows: 10, columns, domains: { nope: 'text' } as never })).toThrow(
    /staff has no column nope/,
  )
})

test.each([
  [
    'arrays of an enum',
    { moods: gen.array(gen.choice(['ok'])) as never },
    /type mood\[\], which gigarow cannot fill/,
  ],
  [
    'numbers in an array of texts',
    { tags: gen.array(id) as never },
    /arrays of whole numbers, but they are of type text/,
  ],
  [
    'arrays of arrays',
    { tags: gen.array(gen.array(gen.hex(3)) as never) as never },
    /must not make arrays itself/,
  ],
  [
    'an earlier row of a column without a generator',
    { bossId: gen.earlier('mood') as never },
    /values of mood, which has no generator/,
  ],
  [
    'an earlier row of itself',
    { bossId: gen.earlier('bossId') },
    /values of bossId, which are those of other rows/,
  ],
  ['an earlier row of no column', { bossId: gen.earlier('nope') as never }, /staff has no column nope/],
])('%s: refused', (_name, columns, message) => {
  expect(() => fill(staff, { rows: 10, columns: { id, ...columns } })).toThrow(message)
})

const own = (options: object): GeneratorSpec => ({
  kind: 'earlier',
  table: 'public.t',
  column: 'id',
  generator: { kind: 'sequence' },
  ...options,
})

test('earlier rows: none refers to itself or to a later one, and all earlier ones are as likely', () => {
  const values = single('bigint', own({})).map(Number)
  expect(values[0]).toBe(0)
  expect(values.slice(1).every((value, k) => value >= 1 && value <= k + 1)).toBe(true)
  const parts = values.slice(1).map((value, k) => Math.floor(((value - 1) * 10) / (k + 1)))
  const counts = countsOf(parts.slice(1000))
  for (let part = 0; part < 10; part++)
    expect(Math.abs(counts.get(part)! / ((N - 1001) / 10) - 1)).toBeLessThan(0.05)
})

test('earlier rows with children: every row has so many, in a tree without a gap', () => {
  const values = single('bigint', own({ children: 4, roots: 2, first: 'itself' }), 10_002).map(Number)
  expect(values.slice(0, 2)).toEqual([1, 2])
  const counts = countsOf(values.slice(2))
  expect([...counts.keys()]).toEqual(Array.from({ length: 2500 }, (_, k) => k + 1))
  expect(new Set(counts.values())).toEqual(new Set([4]))
})

test('rows that are added have earlier rows among themselves', () => {
  const table: TableFill = {
    table: { schema: 'public', name: 't' },
    rows: 100,
    offset: 1000,
    columns: [{ name: 'c', type: 'bigint', generator: own({ first: 'itself' }) }],
  }
  const rows = compileRows(table, { seed: 1, block: 0 })
  const values = Array.from({ length: 100 }, (_, k) => Number(rows.text(1001 + k)[0]))
  expect(values[0]).toBe(1001)
  expect(values.slice(1).every((value, k) => value >= 1001 && value <= 1001 + k)).toBe(true)
})

test('references with one key are to one row, with another to another', () => {
  const parent = { kind: 'reference', table: 'public.p', rows: 1000, generator: { kind: 'sequence' } }
  const table: TableFill = {
    table: { schema: 'public', name: 't' },
    rows: 5000,
    columns: ['a', 'a', 'b', undefined].map((key, k) => ({
      name: `c${k}`,
      type: 'bigint',
      generator: { ...parent, column: `p${k}`, ...(key && { key }) },
    })),
  }
  const rows = compileRows(table, { seed: 1, block: 0 })
  const all = Array.from({ length: 5000 }, (_, k) => rows.text(k + 1))
  expect(all.every(([x, y]) => x === y)).toBe(true)
  expect(all.filter(([x, , z]) => x === z).length).toBeLessThan(30)
  expect(all.filter(([x, , , z]) => x === z).length).toBeLessThan(30)
})
