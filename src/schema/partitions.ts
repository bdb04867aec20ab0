import type { PgTable } from 'drizzle-orm/pg-core'
import type { IntervalText } from '../model/index.ts'

/** Declarations are found by this symbol among a schema module's exports. */
const DECLARATION = Symbol.for('gigarow:declaration')

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

export type PartitionsSpec =
  | { readonly kind: 'time'; readonly policy: TimePolicy }
  | {
      readonly kind: 'fixed'
      readonly strategy: 'range' | 'list' | 'hash'
      /** Properties of the Drizzle table, in the order of the bounds. */
      readonly by: readonly string[]
      readonly leaves: readonly { readonly name: string; readonly bound: RawBound }[]
    }

export interface PartitionsDeclaration {
  readonly [DECLARATION]: 'partitions'
  readonly table: PgTable
  readonly spec: PartitionsSpec
}

/**
 * One partition for each interval of time, on the UTC calendar. Named by its start: events_p2025, events_p2025_01,
 * events_p2025_01_31 (weeks: their Monday). The policy is what is declared; the partitions that it has made are no drift.
 */
export function timePartitions<T extends PgTable>(table: T, policy: TimePolicy): PartitionsDeclaration {
  return declare(table, { kind: 'time', policy: Object.freeze({ ...policy }) })
}

/**
 * Partitions of a range-partitioned table, by name:
 * `rangePartitions(orders, { by: 'id', partitions: { orders_low: { from: minValue, to: 1000 }, orders_rest: 'default' } })`.
 * With several columns `by` and the bounds are arrays.
 */
export function rangePartitions<T extends PgTable, K extends Key<T>>(
  table: T,
  options: {
    readonly by: K
    readonly partitions: Readonly<Record<string, RangeOf<BoundInput<Data<T, K>> | Unbounded> | 'default'>>
  },
): PartitionsDeclaration
export function rangePartitions<T extends PgTable, const K extends readonly [Key<T>, ...Key<T>[]]>(
  table: T,
  options: {
    readonly by: K
    readonly partitions: Readonly<
      Record<
        string,
        RangeOf<{ readonly [I in keyof K]: BoundInput<Data<T, K[I] & Key<T>>> | Unbounded }> | 'default'
      >
    >
  },
): PartitionsDeclaration
export function rangePartitions(
  table: PgTable,
  options: {
    readonly by: string | readonly string[]
    readonly partitions: Readonly<Record<string, RangeOf<unknown> | 'default'>>
  },
): PartitionsDeclaration {
  const leaves = Object.entries(options.partitions).map(([name, bound]) => ({
    name,
    bound:
      bound === 'default'
        ? ({ kind: 'default' } as const)
        : ({ kind: 'range', from: asArray(bound.from), to: asArray(bound.to) } as const),
  }))
  return declare(table, { kind: 'fixed', strategy: 'range', by: asArray(options.by) as string[], leaves })
}

/** Partitions of a list-partitioned table: `listPartitions(users, { by: 'country', partitions: { users_de: ['DE'] } })`. */
export function listPartitions<T extends PgTable, K extends Key<T>>(
  table: T,
  options: {
    readonly by: K
    readonly partitions: Readonly<Record<string, readonly (BoundInput<Data<T, K>> | null)[] | 'default'>>
  },
): PartitionsDeclaration {
  const leaves = Object.entries(options.partitions).map(([name, values]) => ({
    name,
    bound: values === 'default' ? ({ kind: 'default' } as const) : ({ kind: 'list', values } as const),
  }))
  return declare(table, { kind: 'fixed', strategy: 'list', by: [options.by], leaves })
}

/** `modulus` partitions of a hash-partitioned table, named users_p0, users_p1, … (padded to the same length). */
export function hashPartitions<T extends PgTable>(
  table: T,
  { modulus }: { readonly modulus: number },
): PartitionsDeclaration {
  const width = String(modulus - 1).length
  const name: unknown = Reflect.get(table, Symbol.for('drizzle:Name'))
  const leaves = Array.from({ length: modulus }, (_, remainder) => ({
    name: `${name}_p${String(remainder).padStart(width, '0')}`,
    bound: { kind: 'hash', modulus, remainder } as const,
  }))
  return declare(table, { kind: 'fixed', strategy: 'hash', by: [], leaves })
}

function declare(table: PgTable, spec: PartitionsSpec): PartitionsDeclaration {
  return Object.freeze({ [DECLARATION]: 'partitions' as const, table, spec })
}

export function isPartitionsDeclaration(value: unknown): value is PartitionsDeclaration {
  return (
    typeof value === 'object' && value !== null && Reflect.get(value, DECLARATION) === ('partitions' as const)
  )
}

function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value]
}
