import type { GeneratorSpec } from './profile.ts'
import type { PickValue } from './source.ts'

declare const MAKES: unique symbol

/** What a generator makes; null where some of its values are null. */
export type Makes = 'int' | 'decimal' | 'boolean' | 'text' | 'time' | 'uuid' | 'json' | null

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

type MakesOf<V> = V extends string ? 'text' : V extends number ? 'int' : 'boolean'

function spec<M extends Makes>(kind: string, options: object = {}): Gen<M> {
  return Object.freeze({ kind, ...options })
}

/** The generators. The same seed, table, column and row number give the same value, on every machine and in every order. */
export const gen = Object.freeze({
  /** The row's number: 1, 2, 3, …, or from `start`. */
  sequence: (options: { readonly start?: number } = {}) => spec<'int'>('sequence', options),

  /** Whole numbers from min (default 0) to max, both included. */
  int: (options: { readonly min?: number; readonly max: number }) => spec<'int'>('int', options),

  /** Decimal numbers from min (default 0) to max, both included, with `scale` places (default 2). */
  decimal: (options: { readonly min?: number; readonly max: number; readonly scale?: number }) =>
    spec<'decimal'>('decimal', options),

  /** True with a probability, default 0.5. */
  boolean: (options: { readonly probability?: number } = {}) => spec<'boolean'>('boolean', options),

  /** That many random hexadecimal digits. */
  hex: (length: number) => spec<'text'>('hex', { length }),

  /** Random UUIDs, version 4. */
  uuid: () => spec<'uuid'>('uuid'),

  /** Times spread evenly over the span. */
  timestamp: (span: TimeSpan & { readonly resolution?: 'microsecond' | 'second' }) =>
    spec<'time'>('timestamp', span),

  /** Times that rise with the row's number over the span. */
  timestampSeries: (span: TimeSpan) => spec<'time'>('timestampSeries', span),

  /**
   * Times as people work. `weekdays`: 7 weights, Monday first; `hours`: 24 weights, UTC; whole numbers, with defaults that
   * look like an office.
   */
  businessHours: (
    span: TimeSpan & { readonly weekdays?: readonly number[]; readonly hours?: readonly number[] },
  ) => spec<'time'>('businessHours', span),

  /** One of a list: equally often, or by whole-numbered weights: ['a', 'b'], { a: 3, b: 1 }, [{ value: 404, weight: 1 }]. */
  choice,

  /** Keys from 1 to max, of which a fraction `of` (default 0.2) gets a share `share` (default 0.8) of the rows. */
  pareto: (options: { readonly max: number; readonly share?: number; readonly of?: number }) =>
    spec<'int'>('pareto', options),

  /** Something of a large city. Columns and fields with the same `key` (default 'city') mean the same one in each row. */
  city: <F extends 'name' | 'country' | 'latitude' | 'longitude' = 'name'>(
    options: { readonly field?: F; readonly key?: string } = {},
  ) => spec<F extends 'name' | 'country' ? 'text' : 'decimal'>('city', options),

  /** A document whose fields are generators, documents among them. */
  json: (fields: Readonly<Record<string, Gen<Makes>>>) =>
    spec<'json'>('json', { fields: Object.freeze(fields) }),

  /** Null in a fraction of the rows, 0 to 1. */
  nullable: <M extends Makes>(of: Gen<M>, fraction: number) => spec<M | null>('nullable', { of, fraction }),
})

function choice<const V extends PickValue>(values: readonly Weighted<V>[]): Gen<MakesOf<V>>
function choice<const V extends PickValue>(values: readonly V[]): Gen<MakesOf<V>>
function choice(weights: Readonly<Record<string, number>>): Gen<'text'>
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
