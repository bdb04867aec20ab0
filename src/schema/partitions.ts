import type { PgTable } from 'drizzle-orm/pg-core'
import type { IntervalText } from '../model/index.ts'
import { DECLARATION, type Declaration, isDeclaration } from './declaration.ts'

/** A bound without a limit: `from: minValue` holds everything below `to`. */
export const minValue: Unbounded<'minValue'> = Object.freeze({ unbounded: 'minValue' })
export const maxValue: Unbounded<'maxValue'> = Object.freeze({ unbounded: 'maxValue' })
export interface Unbounded<Side extends 'minValue' | 'maxValue' = 'minValue' | 'maxValue'> {
  readonly unbounded: Side
}

type IsoDate = `${number}-${number}-${number}${string}`
/** What a bound of a column may be: the column's own type; for dates the ISO text too (read as UTC). */
export type BoundInput<Data> = Data extends Date ? Date | IsoDate : Data

type Columns<T extends PgTable> = T['_']['columns']
type Key<T extends PgTable> = keyof Columns<T> & string
type Data<T extends PgTable, K extends Key<T>> = Columns<T>[K]['_']['data']

export interface RangeOf<Bound> {
  readonly from: Bound
  /** Exclusive. */
  readonly to: Bound
}

export interface TimePolicy {
  /** Length of one partition: '1 day', '1 week', '1 month', '1 year', '6 hours'. */
  readonly every: IntervalText
  /** Where the first partition begins, UTC; a boundary of the unit: '2025-01-01'. */
  readonly from: IsoDate
  /** Where the last one ends, exclusive. Without it partitions are made up to today and `premake` beyond. */
  readonly to?: IsoDate
  /** How many partitions are made ahead of the one that holds today. Default 4. */
  readonly premake?: number
  /** How long rows are kept: '13 months'. Without it for ever. */
  readonly retain?: IntervalText
  /** What happens to a partition older than `retain`. Default detach: it stays as a table of its own. */
  readonly onExpire?: 'detach' | 'drop'
}

/** A bound as the user wrote it; encoded by the column when a plan is made. */
export type RawBound =
  | { readonly kind: 'range'; readonly from: readonly unknown[]; readonly to: readonly unknown[] }
  | { readonly kind: 'list'; readonly values: readonly unknown[] }
  | { readonly kind: 'hash'; readonly modulus: number; readonly remainder: number }
  | { readonly kind: 'default' }

/** How a partition is partitioned itself. */
export interface RawSubpartitions {
  readonly strategy: 'range' | 'list' | 'hash'
  /** Properties of the Drizzle table. */
  readonly by: readonly string[]
  /** `name` is put behind the name of the partition above. */
  readonly leaves: readonly RawLeaf[]
  readonly each?: RawSubpartitions
}

export interface RawLeaf {
  readonly name: string
  readonly bound: RawBound
  /** In place of what all partitions have. */
  readonly each?: RawSubpartitions
}

export type PartitionsSpec =
  | { readonly kind: 'time'; readonly policy: TimePolicy; readonly each?: RawSubpartitions }
  | {
      readonly kind: 'fixed'
      readonly strategy: 'range' | 'list' | 'hash'
      /** Properties of the Drizzle table, in the order of the bounds. */
      readonly by: readonly string[]
      readonly leaves: readonly RawLeaf[]
      readonly each?: RawSubpartitions
    }

export interface PartitionsDeclaration extends Declaration<'partitions'> {
  readonly table: PgTable
  readonly spec: PartitionsSpec
}

/**
 * Partitions of a partition, each named by the partition above and its own key: `{ list: 'country', partitions: { eu: ['DE'] } }`
 * below events_p2025_01 makes events_p2025_01_eu. Bounds are typed as those of the table's own partitions.
 */
export type Subpartitions<T extends PgTable> =
  | (SubpartitionsBelow<T> & {
      readonly hash: Key<T> | readonly [Key<T>, ...Key<T>[]]
      readonly modulus: number
    })
  | {
      readonly [K in Key<T>]: SubpartitionsBelow<T> & {
        readonly list: K
        readonly partitions: Readonly<Record<string, ListValues<T, K> | 'default'>>
      }
    }[Key<T>]
  | {
      readonly [K in Key<T>]: SubpartitionsBelow<T> & {
        readonly range: K
        readonly partitions: Readonly<Record<string, RangeOf<BoundInput<Data<T, K>> | Unbounded> | 'default'>>
      }
    }[Key<T>]

export interface SubpartitionsBelow<T extends PgTable> {
  /** Every partition is partitioned once more. */
  readonly subpartitionBy?: Subpartitions<T>
}

type ListValues<T extends PgTable, K extends Key<T>> = readonly (BoundInput<Data<T, K>> | null)[]

/**
 * One partition for each interval of time, on the UTC calendar. Named by its start: events_p2025, events_p2025_01,
 * events_p2025_01_31 (weeks: their Monday). The policy is what is declared; the partitions that it has made are no drift.
 */
export function timePartitions<T extends PgTable>(
  table: T,
  { subpartitionBy, ...policy }: TimePolicy & SubpartitionsBelow<T>,
): PartitionsDeclaration {
  return declare(table, { kind: 'time', policy: Object.freeze(policy), ...below(subpartitionBy) })
}

/**
 * Partitions of a range-partitioned table, by name:
 * `rangePartitions(orders, { by: 'id', partitions: { orders_low: { from: minValue, to: 1000 }, orders_rest: 'default' } })`.
 * With several columns `by` and the bounds are arrays.
 */
export function rangePartitions<T extends PgTable, K extends Key<T>>(
  table: T,
  options: SubpartitionsBelow<T> & {
    readonly by: K
    readonly partitions: Readonly<
      Record<string, (RangeOf<BoundInput<Data<T, K>> | Unbounded> & SubpartitionsBelow<T>) | 'default'>
    >
  },
): PartitionsDeclaration
export function rangePartitions<T extends PgTable, const K extends readonly [Key<T>, ...Key<T>[]]>(
  table: T,
  options: SubpartitionsBelow<T> & {
    readonly by: K
    readonly partitions: Readonly<
      Record<
        string,
        | (RangeOf<{ readonly [I in keyof K]: BoundInput<Data<T, K[I] & Key<T>>> | Unbounded }> &
            SubpartitionsBelow<T>)
        | 'default'
      >
    >
  },
): PartitionsDeclaration
export function rangePartitions<T extends PgTable>(
  table: T,
  options: SubpartitionsBelow<T> & {
    readonly by: string | readonly string[]
    readonly partitions: Readonly<Record<string, (RangeOf<unknown> & SubpartitionsBelow<T>) | 'default'>>
  },
): PartitionsDeclaration {
  const leaves = Object.entries(options.partitions).map(([name, bound]) => ({
    name,
    bound: rangeBound(bound),
    ...(bound === 'default' ? {} : below(bound.subpartitionBy)),
  }))
  const by = asArray(options.by) as string[]
  return declare(table, { kind: 'fixed', strategy: 'range', by, leaves, ...below(options.subpartitionBy) })
}

/**
 * Partitions of a list-partitioned table: `listPartitions(users, { by: 'country', partitions: { users_de: ['DE'] } })`. One
 * that is partitioned otherwise than the others: `users_us: { values: ['US'], subpartitionBy: { … } }`.
 */
export function listPartitions<T extends PgTable, K extends Key<T>>(
  table: T,
  options: SubpartitionsBelow<T> & {
    readonly by: K
    readonly partitions: Readonly<
      Record<
        string,
        ListValues<T, K> | 'default' | (SubpartitionsBelow<T> & { readonly values: ListValues<T, K> })
      >
    >
  },
): PartitionsDeclaration {
  const leaves = Object.entries(options.partitions).map(([name, given]) => {
    if (given === 'default' || isList(given)) return { name, bound: listBound(given) }
    return { name, bound: listBound(given.values), ...below(given.subpartitionBy) }
  })
  const by = [options.by]
  return declare(table, { kind: 'fixed', strategy: 'list', by, leaves, ...below(options.subpartitionBy) })
}

/** A number that is written out must be a whole one from 1 on. */
type Modulus<N extends number> = number extends N
  ? N
  : `${N}` extends `-${string}` | `${string}.${string}` | '0'
    ? never
    : N

/** `modulus` partitions of a hash-partitioned table, named users_p0, users_p1, … (padded to the same length). */
export function hashPartitions<T extends PgTable, const N extends number>(
  table: T,
  { modulus, subpartitionBy }: SubpartitionsBelow<T> & { readonly modulus: N & Modulus<N> },
): PartitionsDeclaration {
  const name: unknown = Reflect.get(table, Symbol.for('drizzle:Name'))
  const leaves = hashLeaves(modulus).map((leaf) => ({ ...leaf, name: `${name}_${leaf.name}` }))
  return declare(table, { kind: 'fixed', strategy: 'hash', by: [], leaves, ...below(subpartitionBy) })
}

function hashLeaves(modulus: number): readonly RawLeaf[] {
  const width = String(modulus - 1).length
  return Array.from({ length: modulus }, (_, remainder) => ({
    name: `p${String(remainder).padStart(width, '0')}`,
    bound: { kind: 'hash', modulus, remainder } as const,
  }))
}

/** The type says what is allowed; here it is only taken apart. */
type AnySubpartitions = { readonly subpartitionBy?: AnySubpartitions } & (
  | { readonly hash: string | readonly string[]; readonly modulus: number }
  | { readonly list: string; readonly partitions: Readonly<Record<string, readonly unknown[] | 'default'>> }
  | { readonly range: string; readonly partitions: Readonly<Record<string, RangeOf<unknown> | 'default'>> }
)

function below(given: unknown): { readonly each?: RawSubpartitions } {
  if (given === undefined) return {}
  const sub = given as AnySubpartitions
  const rest = below(sub.subpartitionBy)
  if ('hash' in sub) {
    const by = asArray(sub.hash) as string[]
    return { each: { strategy: 'hash', by, leaves: hashLeaves(sub.modulus), ...rest } }
  }
  if ('list' in sub) {
    const leaves = Object.entries(sub.partitions).map(([name, values]) => ({
      name,
      bound: listBound(values),
    }))
    return { each: { strategy: 'list', by: [sub.list], leaves, ...rest } }
  }
  const leaves = Object.entries(sub.partitions).map(([name, bound]) => ({ name, bound: rangeBound(bound) }))
  return { each: { strategy: 'range', by: [sub.range], leaves, ...rest } }
}

function rangeBound(bound: RangeOf<unknown> | 'default'): RawBound {
  return bound === 'default'
    ? { kind: 'default' }
    : { kind: 'range', from: asArray(bound.from), to: asArray(bound.to) }
}

/** Array.isArray() does not tell readonly arrays apart. */
function isList<V extends readonly unknown[]>(value: V | { readonly values: V }): value is V {
  return Array.isArray(value)
}

function listBound(values: unknown): RawBound {
  return values === 'default' ? { kind: 'default' } : { kind: 'list', values: asArray(values) }
}

function declare(table: PgTable, spec: PartitionsSpec): PartitionsDeclaration {
  return Object.freeze({ [DECLARATION]: 'partitions' as const, table, spec })
}

export function isPartitionsDeclaration(value: unknown): value is PartitionsDeclaration {
  return isDeclaration(value, 'partitions')
}

function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value]
}
