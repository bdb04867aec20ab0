import { displayName, GigarowError, qualified } from '../kernel/index.ts'
import {
  type AnyTable,
  type ColumnFacts,
  type DeclaredColumn,
  type DeclaredTable,
  describeTable,
} from '../schema/index.ts'
import { invalidSeed, whereOf } from './errors.ts'
import { type Accepts, type Filled, rememberColumns, type TypeFacts } from './filled.ts'
import type { Gen, Makes, SameAs } from './gen.ts'
import { relink, unknownParent } from './parents.ts'
import { type ColumnFill, type GeneratorSpec, MAX_ROWS, type Profile } from './profile.ts'
import { compileRows } from './rows.ts'
import { eachSpec, mapSpecs } from './specs.ts'

interface Facts extends TypeFacts {
  readonly notNull: boolean
  readonly hasDefault: boolean
  readonly generated: unknown
}

type GenFor<C extends Facts, All extends Record<string, Facts>> = Gen<
  Accepts<C> | SameAs<KeysLike<C, All>> | (C['notNull'] extends true ? never : null)
>

/** Columns whose values this one can hold. */
type KeysLike<C extends Facts, All extends Record<string, Facts>> = {
  [Key in keyof All & string]: Accepts<All[Key]> extends Accepts<C> ? Key : never
}[keyof All & string]

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
  readonly [Key in Required<C>]: GenFor<C[Key], C>
} & { readonly [Key in Exclude<Writable<C>, Required<C>>]?: GenFor<C[Key], C> }

export interface FillOptions<T extends AnyTable> {
  /** A whole number from 1; --rows and --scale change it. */
  readonly rows: number
  readonly columns: ColumnsFor<ColumnFacts<T>>
  /** What domains are made of, by the keys of their columns: { price: 'numeric(10, 2)' }. */
  readonly domains?: Readonly<Partial<Record<keyof ColumnFacts<T> & string, string>>>
}

/** How a table is filled. Throws SEED_INVALID or SEED_TYPE_UNSUPPORTED, naming the column. */
export function fill<T extends AnyTable>(table: T, { rows, columns, domains }: FillOptions<T>): Filled<T> {
  const declared = withDomains(describeTable(table), domains ?? {})
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
  if (unknown !== undefined) throw unknownColumn(declared, unknown)
  const fills = declared.columns.flatMap((column) => {
    const generator = generators[column.key]
    checkColumn(declared, column, generator)
    if (generator === undefined) return []
    const made = withOwnColumn(generator, { declared, column, generators })
    return [Object.freeze({ name: column.name, ...typeOf(column), generator: made })]
  })
  return Object.freeze(fills)
}

function typeOf({ type, enumeration }: DeclaredColumn): Pick<ColumnFill, 'type' | 'labels'> {
  return enumeration === undefined ? { type } : { type: qualified(enumeration), labels: enumeration.values }
}

function withDomains(
  table: DeclaredTable,
  domains: Readonly<Record<string, string | undefined>>,
): DeclaredTable {
  const unknown = Object.keys(domains).find((key) => !table.columns.some((column) => column.key === key))
  if (unknown !== undefined) throw unknownColumn(table, unknown)
  const columns = table.columns.map((column) => {
    const type = domains[column.key]
    return type === undefined ? column : { ...column, type }
  })
  return { ...table, columns }
}

interface OwnColumns {
  readonly declared: DeclaredTable
  readonly column: DeclaredColumn
  readonly generators: Readonly<Record<string, GeneratorSpec | undefined>>
}

/** gen.earlier() names a column of this table: its generator goes with it. */
function withOwnColumn(generator: GeneratorSpec, own: OwnColumns): GeneratorSpec {
  return mapSpecs(generator, (spec) =>
    spec.kind === 'earlier' ? ofColumn(spec, own) : spec,
  ) as GeneratorSpec
}

function ofColumn(spec: GeneratorSpec, { declared, column, generators }: OwnColumns): GeneratorSpec {
  const key = String(spec.column)
  const target = declared.columns.find((other) => other.key === key)
  if (target === undefined) throw unknownColumn(declared, key)
  const where = whereOf(displayName(declared), { name: column.name, ...typeOf(column) })
  const generator = generators[key]
  if (generator === undefined) throw invalidSeed(where, `values of ${key}, which has no generator here`)
  if (eachSpec(generator).some(({ kind }) => kind === 'earlier'))
    throw invalidSeed(where, `values of ${key}, which are those of other rows themselves`)
  const table = `${declared.schema}.${declared.name}`
  return Object.freeze({ ...spec, table, column: target.name, generator })
}

function checkColumn(
  table: DeclaredTable,
  column: DeclaredColumn,
  generator: GeneratorSpec | undefined,
): void {
  const where = whereOf(displayName(table), { name: column.name, ...typeOf(column) })
  if (column.computed && generator !== undefined)
    throw invalidSeed(where, `${generator.kind}, but the server computes it`)
  const required = column.notNull && !column.hasDefault && !column.computed
  if (required && generator === undefined)
    throw invalidSeed(where, 'nothing, but it is not null and has no default')
  const makesNulls =
    generator?.kind === 'nullable' || (generator?.kind === 'earlier' && generator.first !== 'itself')
  if (column.notNull && makesNulls) throw invalidSeed(where, 'nulls among its values, but it is not null')
}

function unknownColumn(table: DeclaredTable, column: string): GigarowError {
  const known = table.columns.map(({ key }) => key)
  return new GigarowError('SEED_INVALID', `Table ${displayName(table)} has no column ${column}.`, {
    facts: { table: displayName(table), column, columns: known },
    hint: `Use the keys of the Drizzle table: ${known.join(', ')}.`,
  })
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
