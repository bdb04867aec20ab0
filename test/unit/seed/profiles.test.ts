import { sql } from 'drizzle-orm'
import { bigint, integer, pgSchema, pgTable, text } from 'drizzle-orm/pg-core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { billionRows } from '../../../schema/billion.ts'
import billion from '../../../seeds/billion.ts'
import events from '../../../seeds/events.ts'
import {
  compileRows,
  computeRow,
  defineSeed,
  fill,
  findFill,
  gen,
  type Profile,
  pickProfile,
  scaleProfile,
} from '../../../src/seed/index.ts'

const users = pgTable('users', {
  id: bigint({ mode: 'number' }).primaryKey(),
  name: text().notNull(),
  born: integer('birth_year'),
  age: integer().generatedAlwaysAs(sql`2025 - birth_year`),
})
const userColumns = { id: gen.sequence(), name: gen.hex(8) }

describe('fill', () => {
  test('turns a typed table into plain data, in the order of the table', () => {
    const made = fill(users, {
      rows: 10,
      columns: { born: gen.int({ min: 1950, max: 2005 }), ...userColumns },
    })
    expect(made).toEqual({
      table: { schema: 'public', name: 'users' },
      rows: 10,
      columns: [
        { name: 'id', type: 'bigint', generator: { kind: 'sequence' } },
        { name: 'name', type: 'text', generator: { kind: 'hex', length: 8 } },
        { name: 'birth_year', type: 'integer', generator: { kind: 'int', min: 1950, max: 2005 } },
      ],
    })
  })

  test('survives JSON: the same rows come out of a stored profile', () => {
    for (const { seed, tables } of [billion, events]) {
      const [table] = tables
      const stored = JSON.parse(JSON.stringify(table)) as typeof table
      const options = { seed, block: 0 }
      expect(compileRows(stored!, options).text(77)).toEqual(compileRows(table!, options).text(77))
    }
  })

  test.each([
    [{ rows: 10, columns: { id: gen.sequence() } }, /public\.users\.name|users\.name with nothing/],
    [{ rows: 10, columns: { ...userColumns, birth_year: gen.int({ max: 3 }) } }, /no column birth_year/],
    [{ rows: 10, columns: { ...userColumns, age: gen.int({ max: 3 }) } }, /the server computes it/],
    [{ rows: 10, columns: { ...userColumns, name: gen.nullable(gen.hex(3), 0.1) } }, /it is not null/],
    [{ rows: 10, columns: { ...userColumns, name: gen.sequence() } }, /whole numbers, but its type is text/],
    [{ rows: 3e9, columns: { ...userColumns, born: gen.sequence() } }, /int4 goes to 2147483647/],
    [{ rows: 0, columns: userColumns }, /rows: 0/],
    [{ rows: 1.5, columns: userColumns }, /rows: 1\.5/],
  ])('tells JavaScript users what the compiler tells others: %o', (options, message) => {
    expect(() => fill(users, options as never)).toThrow(
      expect.objectContaining({ code: 'SEED_INVALID', message: expect.stringMatching(message) }),
    )
  })
})

describe('defineSeed', () => {
  const table = fill(users, { rows: 10, columns: userColumns })

  test.each([
    [{ name: 'a b', seed: 1, tables: [table] }, /letters, digits/],
    [{ name: 'a', seed: 1.5, tables: [table] }, /seed must be a whole number/],
    [{ name: 'a', seed: 1, tables: [] }, /no tables/],
    [{ name: 'a', seed: 1, tables: [table, table] }, /users is filled twice/],
  ])('refuses %o', (profile, message) => {
    expect(() => defineSeed(profile)).toThrow(
      expect.objectContaining({ code: 'SEED_INVALID', message: expect.stringMatching(message) }),
    )
  })
})

describe('scaleProfile', () => {
  const rowsOf = (profile: Profile) => profile.tables.map((table) => table.rows)
  const profileOf = (rows: readonly number[]): Profile => ({
    name: 'p',
    seed: 1,
    tables: rows.map((n, k) => ({ table: { schema: 'public', name: `t${k}` }, rows: n, columns: [] })),
  })

  test('--rows is the size of the largest table, the others keep their ratio', () => {
    expect(rowsOf(scaleProfile(profileOf([1_000_000, 5_000_000, 40]), { rows: 50_000 }))).toEqual([
      10_000, 50_000, 1,
    ])
    expect(rowsOf(scaleProfile(billion, { rows: 10_000_000 }))).toEqual([10_000_000])
  })

  test('--scale is a factor for all of them', () => {
    expect(rowsOf(scaleProfile(profileOf([1000, 50, 3]), { scale: 0.01 }))).toEqual([10, 1, 1])
    expect(rowsOf(scaleProfile(profileOf([1000, 50]), {}))).toEqual([1000, 50])
  })

  test('no table is ever empty, and the largest has the rows asked for', () => {
    const size = fc.integer({ min: 1, max: 1e13 })
    fc.assert(
      fc.property(fc.array(size, { minLength: 1, maxLength: 5 }), size, (rows, wanted) => {
        const scaled = rowsOf(scaleProfile(profileOf(rows), { rows: wanted }))
        expect(Math.max(...scaled)).toBe(wanted)
        expect(Math.min(...scaled)).toBeGreaterThanOrEqual(1)
      }),
    )
  })

  test.each([
    { rows: 0 },
    { rows: 1e13 + 1 },
    { scale: 0 },
    { scale: 1e300 },
    { scale: Number.NaN },
    { rows: 5, scale: 2 },
  ])('refuses %o', (options) => {
    expect(() => scaleProfile(billion, options)).toThrow(expect.objectContaining({ code: 'USAGE' }))
  })
})

describe('pickProfile', () => {
  const files = [
    { file: 'seeds/billion.ts', exports: { default: billion, again: billion, other: 3 } },
    { file: 'seeds/events.ts', exports: { default: events } },
  ]

  test('finds a profile by its name among the exports', () => {
    expect(pickProfile(files, 'events')).toBe(events)
    expect(pickProfile(files, 'billion')).toBe(billion)
  })

  test('names the known ones and the nearest', () => {
    expect(() => pickProfile(files, 'bilion')).toThrow(
      expect.objectContaining({
        code: 'PROFILE_UNKNOWN',
        hint: 'Did you mean billion? Known profiles: billion, events.',
      }),
    )
    expect(() => pickProfile([], 'x')).toThrow(expect.objectContaining({ code: 'PROFILE_UNKNOWN' }))
  })

  test('refuses a name that two files use', () => {
    const copy = { file: 'seeds/copy.ts', exports: { default: { ...billion } } }
    expect(() => pickProfile([...files, copy], 'billion')).toThrow(
      /seeds\/billion\.ts and in seeds\/copy\.ts/,
    )
  })
})

describe('computeRow', () => {
  test('gives any row, also one beyond 2^32', () => {
    const { table, row, columns } = computeRow(billion, { table: 'public.billion_rows', row: 734_112_908 })
    expect([table, row]).toEqual(['billion_rows', 734_112_908])
    expect(columns.map(({ name }) => name)).toEqual(['id', 'value', 'created_at'])
    expect(columns[0]).toMatchObject({ text: '734112908', value: 734_112_908 })
    const large = scaleProfile(billion, { rows: 6e9 })
    expect(computeRow(large, { table: 'billion_rows', row: 5e9 }).columns[0]!.text).toBe('5000000000')
  })

  test('knows which rows and tables there are', () => {
    expect(() => computeRow(billion, { table: 'billion_rows', row: 1e9 + 1 })).toThrow(
      expect.objectContaining({ code: 'ROW_UNKNOWN' }),
    )
    expect(() => computeRow(billion, { table: 'billion_row', row: 1 })).toThrow(
      expect.objectContaining({
        code: 'TABLE_UNKNOWN',
        hint: expect.stringContaining('Did you mean billion_rows?'),
      }),
    )
  })

  test('finds a table of another schema by its full name only', () => {
    const shop = pgSchema('shop').table('users', { id: bigint({ mode: 'number' }).notNull() })
    const profile = defineSeed({
      name: 'p',
      seed: 1,
      tables: [
        fill(shop, { rows: 1, columns: { id: gen.sequence() } }),
        fill(billionRows, {
          rows: 2,
          columns: { value: gen.hex(2), createdAt: gen.timestamp({ from: '2025-01-01', days: 1 }) },
        }),
      ],
    })
    expect(findFill(profile, 'shop.users').table).toEqual({ schema: 'shop', name: 'users' })
    expect(() => findFill(profile, 'users')).toThrow(expect.objectContaining({ code: 'TABLE_UNKNOWN' }))
  })
})

describe('tables that refer to others', () => {
  const parents = fill(users, { rows: 1000, columns: { ...userColumns, id: gen.permuted({ start: 7 }) } })
  const pets = pgTable('pets', { owner: bigint({ mode: 'number' }).notNull(), no: integer() })
  const petsOf = (parent: typeof parents, rows: number) =>
    fill(pets, {
      rows,
      columns: { owner: gen.children(parent, 'id', { max: 3 }), no: gen.childNumber(parent, { max: 3 }) },
    })
  const keysOf = ({ tables, seed }: Profile, table: number) => {
    const fill = tables[table]!
    const rows = compileRows(fill, { seed, block: 0 })
    return Array.from({ length: fill.rows }, (_, k) => rows.text(k + 1)[0])
  }
  const profile = defineSeed({ name: 'pets', seed: 5, tables: [parents, petsOf(parents, 1500)] })

  test.each([{ rows: 15 }, { rows: 4 }, { rows: 1 }, { scale: 2 }, { scale: 0.0015 }])(
    'point at rows that are there, also at %o',
    (options) => {
      const scaled = scaleProfile(profile, options)
      const keys = new Set(keysOf(scaled, 0))
      const owners = keysOf(scaled, 1)
      expect(new Set(owners)).toEqual(keys)
    },
  )

  test('need the other table in the profile, and a column that it fills', () => {
    expect(() => defineSeed({ name: 'pets', seed: 5, tables: [petsOf(parents, 1500)] })).toThrow(
      /rows of public.users are referred to, and it is not among the tables/,
    )
    expect(() => gen.reference(parents, 'born')).toThrow(
      /refers to public.users.born, which it does not fill/,
    )
    expect(() => petsOf(parents, 3001)).toThrow(/1000 parents have 1000 to 3000 children/)
  })
})
