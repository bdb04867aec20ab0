import { displayName, GigarowError } from '../kernel/index.ts'
import {
  type AnyTable,
  type ColumnFacts,
  type DeclaredColumn,
  type DeclaredTable,
  describeTable,
} from '../schema/index.ts'
import { invalidSeed } from './errors.ts'
import { type Accepts, type Filled, rememberColumns } from './filled.ts'
import type { Gen, Makes } from './gen.ts'
import { relink, unknownParent } from './parents.ts'
import { type ColumnFill, type GeneratorSpec, MAX_ROWS, type Profile } from './profile.ts'
import { compileRows } from './rows.ts'

interface Facts {
  readonly columnType: string
  readonly notNull: boolean
  readonly hasDefault: boolean
  readonly generated: unknown
}

type GenFor<C extends Facts> = Gen<Accepts<C['columnType']> | (C['notNull'] extends true ? never : null)>

type Writable<C extends Record<string, Facts>> = {
  [Key in keyof C]: undefined extends C[Key]['generated'] ? Key : never
}[keyof C]

type Required<C extends Record<string, Facts>> = {
  [Key in Writable<C>]: C[Key]['notNull'] extends true
    ? C[Key]['hasDefault'] extends true
      ? never
      : Key
    : never
}[Writable<C>]

/** A generator for each column by its key in the Drizzle table; those that may be null or have a default can be left out. */
export type ColumnsFor<C extends Record<string, Facts>> = {
  readonly [Key in Required<C>]: GenFor<C[Key]>
} & { readonly [Key in Exclude<Writable<C>, Required<C>>]?: GenFor<C[Key]> }

export interface FillOptions<T extends AnyTable> {
  /** A whole number from 1; --rows and --scale change it. */
  readonly rows: number
  readonly columns: ColumnsFor<ColumnFacts<T>>
}

/** How a table is filled. Throws SEED_INVALID or SEED_TYPE_UNSUPPORTED, naming the column. */
export function fill<T extends AnyTable>(table: T, { rows, columns }: FillOptions<T>): Filled<T> {
  const declared = describeTable(table)
  const fills = columnFills(declared, columns as Readonly<Record<string, Gen<Makes> | undefined>>)
  const made = Object.freeze({
    table: Object.freeze({ schema: declared.schema, name: declared.name }),
    rows: checkRows(rows, displayName(declared)),
    columns: fills,
  })
  // Compiling finds everything that a generator or a type may object to.
  compileRows(made, { seed: 0, block: 0 })
  const keys = new Map(declared.columns.map(({ name, key }) => [name, key]))
  return rememberColumns(made, new Map(fills.map((column) => [keys.get(column.name)!, column])))
}

function columnFills(
  declared: DeclaredTable,
  generators: Readonly<Record<string, GeneratorSpec | undefined>>,
): readonly ColumnFill[] {
  const known = new Set(declared.columns.map((column) => column.key))
  const unknown = Object.keys(generators).find((key) => !known.has(key))
  if (unknown !== undefined) {
    throw new GigarowError('SEED_INVALID', `Table ${displayName(declared)} has no column ${unknown}.`, {
      facts: { table: displayName(declared), column: unknown, columns: [...known] },
      hint: `Use the keys of the Drizzle table: ${[...known].join(', ')}.`,
    })
  }
  const fills = declared.columns.flatMap((column) => {
    const generator = generators[column.key]
    checkColumn(declared, column, generator)
    if (generator === undefined) return []
    return [Object.freeze({ name: column.name, type: column.type, generator })]
  })
  return Object.freeze(fills)
}

function checkColumn(
  table: DeclaredTable,
  column: DeclaredColumn,
  generator: GeneratorSpec | undefined,
): void {
  const where = { table: displayName(table), column: column.name, type: column.type }
  if (column.computed && generator !== undefined)
    throw invalidSeed(where, `${generator.kind}, but the server computes it`)
  const required = column.notNull && !column.hasDefault && !column.computed
  if (required && generator === undefined)
    throw invalidSeed(where, 'nothing, but it is not null and has no default')
  if (column.notNull && generator?.kind === 'nullable')
    throw invalidSeed(where, 'nulls among its values, but it is not null')
}

function checkRows(rows: number, table: string): number {
  if (Number.isSafeInteger(rows) && rows >= 1 && rows <= MAX_ROWS) return rows
  throw new GigarowError(
    'SEED_INVALID',
    `Table ${table} has rows: ${rows}; it must be a whole number from 1 to ${MAX_ROWS}.`,
    {
      facts: { table, rows },
      hint: 'Correct the number of rows in the profile (seeds/).',
    },
  )
}

/** A profile, for `export default` in a file of seeds/. Throws SEED_INVALID. */
export function defineSeed(profile: Profile): Profile {
  const problem = problemOf(profile)
  if (problem !== undefined) {
    throw new GigarowError('SEED_INVALID', `Profile ${JSON.stringify(profile.name)}: ${problem}.`, {
      facts: { profile: String(profile.name) },
      hint: 'Correct the call of defineSeed() in seeds/.',
    })
  }
  const { name, seed, tables, queries } = profile
  return relink(
    Object.freeze({
      name,
      seed,
      tables: Object.freeze([...tables]),
      ...(queries === undefined ? {} : { queries: Object.freeze([...queries]) }),
    }),
  )
}

function problemOf({ name, seed, tables }: Profile): string | undefined {
  if (typeof name !== 'string' || !/^[A-Za-z0-9][\w-]{0,62}$/.test(name))
    return 'the name must consist of letters, digits, - and _'
  if (!Number.isSafeInteger(seed)) return 'the seed must be a whole number below 2^53'
  if (tables.length === 0) return 'there are no tables'
  const names = tables.map((table) => displayName(table.table))
  const twice = names.find((table, k) => names.indexOf(table) !== k)
  if (twice !== undefined) return `table ${twice} is filled twice`
  const parent = unknownParent(tables)
  return parent === undefined
    ? undefined
    : `rows of ${parent} are referred to, and it is not among the tables`
}
