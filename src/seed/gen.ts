import { GigarowError } from '../kernel/index.ts'
import type { AnyTable, ColumnFacts } from '../schema/index.ts'
import { type Accepts, type Filled, keyedColumns } from './filled.ts'
import { PLACES } from './generators/pair.ts'
import type { GeneratorSpec, TableFill } from './profile.ts'
import type { PickValue } from './source.ts'

declare const MAKES: unique symbol

export type Scalar = 'int' | 'decimal' | 'boolean' | 'text' | 'time' | 'uuid' | 'json' | 'bytes'

declare const VALUES: unique symbol

/** Text that is one of these, as an enum needs it; any text column takes it, too. */
export type TextOf<V extends string> = 'text' & { readonly [VALUES]: V }

export interface ListOf<M extends Scalar | null> {
  readonly list: M
}

/** The values of another column of the same table. */
export interface SameAs<K extends string> {
  readonly column: K
}

/** What a generator makes; null where some of its values are null. */
export type Makes = Scalar | ListOf<Scalar | null> | SameAs<string> | null

/** A generator: plain JSON that remembers, for the compiler only, what it makes. */
export interface Gen<M extends Makes> extends GeneratorSpec {
  readonly [MAKES]?: M
}

/** Times without a zone are UTC: 2025-01-01, 2025-01-01T08:30, 2025-01-01T08:30:00+02:00. `to` is excluded. */
export type TimeSpan =
  | { readonly from: string; readonly to: string }
  | { readonly from: string; readonly days: number }

export interface Weighted<V extends PickValue> {
  readonly value: V
  /** A whole number: twice the weight, twice as often. */
  readonly weight: number
}

type MakesOf<V> = V extends string ? TextOf<V> : V extends number ? 'int' : 'boolean'

function spec<M extends Makes>(kind: string, options: object = {}): Gen<M> {
  return Object.freeze({ kind, ...options })
}

/** `scale` decimal places; without it whole numbers. */
type Rounded<S extends number> = S extends 0 ? 'int' : 'decimal'

interface Limits<S extends number> {
  readonly scale?: S
  readonly min?: number
  readonly max?: number
}

/** The generators. The same seed, table, column and row number give the same value, on every machine and in every order. */
export const gen = Object.freeze({
  /** The row's number: 1, 2, 3, …, or from `start`. */
  sequence: (options: { readonly start?: number } = {}) => spec<'int'>('sequence', options),

  /** The row's numbers in another order, from `start` (default 1): each of them once. */
  permuted: (options: { readonly start?: number } = {}) => spec<'int'>('permuted', options),

  /** `start` (default 1) to start + length - 1, again and again. */
  cycle: (options: { readonly length: number; readonly start?: number }) => spec<'int'>('cycle', options),

  /** Whole numbers from min (default 0) to max, both included; with `isUnique` none twice. */
  int: (options: { readonly min?: number; readonly max: number; readonly isUnique?: boolean }) =>
    spec<'int'>('int', options),

  /** Decimal numbers from min (default 0) to max, both included, with `scale` places (default 2). */
  decimal: (options: { readonly min?: number; readonly max: number; readonly scale?: number }) =>
    spec<'decimal'>('decimal', options),

  /** Gauss's bell; whole numbers, or decimals of `scale` places. Values beyond min and max are left out. */
  normal: <const S extends number = 0>(
    options: Limits<S> & { readonly mean: number; readonly stddev: number },
  ) => spec<Rounded<S>>('normal', options),

  /** Amounts and durations: half of them below `median`, the logarithm's standard deviation is `sigma`. */
  lognormal: <const S extends number = 0>(
    options: Limits<S> & { readonly median: number; readonly sigma: number },
  ) => spec<Rounded<S>>('lognormal', options),

  /** Waiting times with a mean. */
  exponential: <const S extends number = 0>(options: Limits<S> & { readonly mean: number }) =>
    spec<Rounded<S>>('exponential', options),

  /** True with a probability, default 0.5. */
  boolean: (options: { readonly probability?: number } = {}) => spec<'boolean'>('boolean', options),

  /** That many random hexadecimal digits. */
  hex: (length: number) => spec<'text'>('hex', { length }),

  /** Random UUIDs, version 4; or of version 7, which rise with the row's number over a span of time. */
  uuid: (options: { readonly version: 4 } | ({ readonly version: 7 } & TimeSpan) = { version: 4 }) =>
    spec<'uuid'>('uuid', options.version === 4 ? {} : options),

  /** Times spread evenly over the span. */
  timestamp: (span: TimeSpan & { readonly resolution?: 'microsecond' | 'second' }) =>
    spec<'time'>('timestamp', span),

  /** Times that rise with the row's number over the span. */
  timestampSeries: (span: TimeSpan) => spec<'time'>('timestampSeries', span),

  /** Times at equal distances, `rowsPerStep` rows (default 1) at each. */
  timestampSteps: (options: {
    readonly from: string
    readonly everySeconds: number
    readonly rowsPerStep?: number
  }) => spec<'time'>('timestampSteps', options),

  /** Times of which half as many lie with each `halfLifeDays` (default an eighth of the span) back from its end. */
  timestampRecent: (span: TimeSpan & { readonly halfLifeDays?: number }) =>
    spec<'time'>('timestampRecent', span),

  /**
   * Times as people work. `weekdays`: 7 weights, Monday first; `hours`: 24 weights, UTC; whole numbers, with defaults that
   * look like an office.
   */
  businessHours: (
    span: TimeSpan & { readonly weekdays?: readonly number[]; readonly hours?: readonly number[] },
  ) => spec<'time'>('businessHours', span),

  /** One of a list: equally often, or by whole-numbered weights: ['a', 'b'], { a: 3, b: 1 }, [{ value: 404, weight: 1 }]. */
  choice,

  /**
   * Columns that go together: a row of the list, by its `weight` (default 1); its other properties are a generator each.
   * `const plan = gen.together('plan', [{ weight: 9, name: 'free', price: 0 }, …])`, then plan.name and plan.price.
   */
  together,

  /** Keys from 1 to max, of which a fraction `of` (default 0.2) gets a share `share` (default 0.8) of the rows. */
  pareto: (options: { readonly max: number; readonly share?: number; readonly of?: number }) =>
    spec<'int'>('pareto', options),

  /** Keys from 1 to max, the k-th most frequent one k^-exponent (default 1) times as often as the first; `ranked`: key 1 is that one. */
  zipf: (options: { readonly max: number; readonly exponent?: number; readonly ranked?: boolean }) =>
    spec<'int'>('zipf', options),

  /** Given names; with `isUnique` each of 160 once. */
  firstName: (options: Unique = {}) => spec<'text'>('firstName', options),

  /** Family names; with `isUnique` each of 230 once. */
  lastName: (options: Unique = {}) => spec<'text'>('lastName', options),

  /** Mary Smith; with `isUnique` none twice, and initials where there are more rows than names. */
  fullName: (options: Unique = {}) => spec<'text'>('fullName', options),

  /** mary.smith4711@example.com; none twice. */
  email: () => spec<'text'>('email'),

  /** Each # of the template (default +1##########) is a digit; none twice. */
  phoneNumber: (options: { readonly template?: string } = {}) => spec<'text'>('phoneNumber', options),

  /** `min` (default 3) to `max` (default 8) English words. */
  words: (options: { readonly min?: number; readonly max?: number } = {}) => spec<'text'>('words', options),

  /** Something of a large city. Columns and fields with the same `key` (default 'city') mean the same one in each row. */
  city: <F extends CityField = 'name'>(options: { readonly field?: F; readonly key?: string } = {}) =>
    spec<F extends 'latitude' | 'longitude' ? 'decimal' : 'text'>('city', options),

  /**
   * The key of a row of another table of the profile: each equally often, or by Pareto's or Zipf's law. Columns with the same `key` (and options) refer
   * to the same row: for foreign keys of several columns.
   */
  reference: <T extends AnyTable, K extends KeyOf<T>>(
    parent: Filled<T>,
    column: K,
    options: Skew & { readonly key?: string } = {},
  ) => spec<MakesOfKey<T, K>>('reference', { ...parentOf(parent, column), ...options }),

  /**
   * A column of an earlier row of the same table (an employee's manager): of any of them, or so that every row has `children` of them. The first `roots` rows
   * (default 1) have none: null, or with `first: 'itself'` their own.
   */
  earlier: <const K extends string, const F extends 'null' | 'itself' = 'null'>(
    column: K,
    options: { readonly children?: number; readonly roots?: number; readonly first?: F } = {},
  ) => spec<SameAs<K> | (F extends 'null' ? null : never)>('earlier', { column, ...options }),

  /** `min` (default 0) to `max` (default 5) values of another generator. */
  array: <M extends Scalar | null>(
    of: Gen<M>,
    options: { readonly min?: number; readonly max?: number } = {},
  ) => spec<ListOf<M>>('array', { of, ...options }),

  /** Random bytes: that many, or `min` to `max` of them. */
  bytes: (length: number | { readonly min: number; readonly max: number }) =>
    spec<'bytes'>('bytes', typeof length === 'number' ? { max: length } : length),

  /**
   * The key of each row's parent, of which every one has a given number of rows; their sum is the number of this table's rows. Without
   * `exponent` and `degrees`, Zipf's law with the exponent that fits.
   */
  children: <T extends AnyTable, K extends KeyOf<T>>(parent: Filled<T>, column: K, options: Degrees) =>
    spec<MakesOfKey<T, K>>('children', { ...parentOf(parent, column), ...options }),

  /** Which of its parent's children a row is: 1, 2, 3, …; with the options of the table's gen.children(). */
  childNumber: <T extends AnyTable>(parent: Filled<T>, options: Degrees) =>
    spec<'int'>('childNumber', { ...placeOf(parent), ...options }),

  /** A document whose fields are generators, documents among them. */
  json: (fields: Readonly<Record<string, Gen<Makes>>>) =>
    spec<'json'>('json', { fields: Object.freeze(fields) }),

  /** Null in a fraction of the rows, 0 to 1. */
  nullable: <M extends Makes>(of: Gen<M>, fraction: number) => spec<M | null>('nullable', { of, fraction }),

  /**
   * A generator of your own, as an SQL expression and a JavaScript function of the row's number `i` and two random numbers `r` and `s`, 0 to
   * 2^32 - 1. The function is kept as text: it sees its arguments and nothing around it. Both are compared before a load.
   */
  pair,
})

interface Unique {
  readonly isUnique?: boolean
}

type CityField = 'name' | 'country' | 'countryCode' | 'currency' | 'latitude' | 'longitude'

type KeyOf<T extends AnyTable> = keyof ColumnFacts<T> & string
type MakesOfKey<T extends AnyTable, K extends KeyOf<T>> = Accepts<ColumnFacts<T>[K]>

export type Skew =
  | { readonly skew?: 'none' }
  | { readonly skew: 'pareto'; readonly share?: number; readonly of?: number }
  | { readonly skew: 'zipf'; readonly exponent?: number }

/** Children of each parent: `min` (default 1) to `max` by Zipf's law, or a weight for each number of them. */
export type Degrees = (
  | { readonly min?: number; readonly max: number; readonly exponent?: number }
  | { readonly degrees: Readonly<Record<number, number>> }
) & {
  /** Siblings stand anywhere in the table, not side by side. */
  readonly scattered?: boolean
  /** Tells apart several tables of children that are to have other parents with many; default: the parent's name. */
  readonly key?: string
}

function placeOf({ table, rows }: TableFill) {
  return { table: `${table.schema}.${table.name}`, rows }
}

function parentOf<T extends AnyTable>(parent: Filled<T>, key: string) {
  const column = keyedColumns(parent)?.get(key)
  if (column === undefined) {
    const { table } = placeOf(parent)
    throw new GigarowError('SEED_INVALID', `The profile refers to ${table}.${key}, which it does not fill.`, {
      facts: { table, column: key },
      hint: 'Give the value of fill() of the other table, and a column that has a generator there.',
    })
  }
  return { ...placeOf(parent), column: column.name, generator: column.generator }
}

type PairOptions = {
  readonly sql: (i: string, r: string, s: string) => string
} & (
  | {
      readonly makes: 'int'
      readonly min: number
      readonly max: number
      readonly js: (i: number, r: number, s: number) => number
    }
  | {
      /** In units of 10^-scale, as are min and max. */
      readonly makes: 'decimal'
      readonly scale: number
      readonly min: number
      readonly max: number
      readonly js: (i: number, r: number, s: number) => number
    }
  | { readonly makes: 'boolean'; readonly js: (i: number, r: number, s: number) => boolean }
  | {
      readonly makes: 'text'
      /** Default 256. */
      readonly maxBytes?: number
      readonly js: (i: number, r: number, s: number) => string
    }
)

type MakesOfPair<P extends PairOptions> = P extends {
  readonly makes: 'text'
  readonly js: (...args: never[]) => infer V extends string
}
  ? TextOf<V>
  : P['makes']

function pair<const P extends PairOptions>({ sql, js, ...options }: P): Gen<MakesOfPair<P>> {
  return spec('pair', { ...options, sql: sql(...PLACES), js: js.toString() })
}

type Row = Readonly<Record<string, PickValue>>

function together<const R extends Row>(
  key: string,
  rows: readonly R[],
): { readonly [K in Exclude<keyof R, 'weight'>]: Gen<MakesOf<R[K]>> } {
  const weights = rows.map(({ weight = 1 }) => weight)
  const names = Object.keys(rows[0] ?? {}).filter((name) => name !== 'weight')
  const columns = names.map((name) => {
    const values = rows.map((row) => row[name])
    return [name, spec('choice', { key, values, weights })]
  })
  return Object.freeze(Object.fromEntries(columns))
}

function choice<const V extends PickValue>(values: readonly Weighted<V>[]): Gen<MakesOf<V>>
function choice<const V extends PickValue>(values: readonly V[]): Gen<MakesOf<V>>
function choice<const V extends string>(weights: Readonly<Record<V, number>>): Gen<TextOf<V>>
function choice(
  list: Readonly<Record<string, number>> | readonly (PickValue | Weighted<PickValue>)[],
): Gen<Makes> {
  if (!isList(list)) return spec('choice', { values: Object.keys(list), weights: Object.values(list) })
  const weighted = list.map((entry) => (typeof entry === 'object' ? entry : { value: entry, weight: 1 }))
  return spec('choice', {
    values: weighted.map(({ value }) => value),
    weights: weighted.map(({ weight }) => weight),
  })
}

function isList<T>(value: unknown | readonly T[]): value is readonly T[] {
  return Array.isArray(value)
}
