import type { AnyTable } from '../schema/index.ts'
import type { ListOf, Makes, Scalar, TextOf } from './gen.ts'
import type { ColumnFill, TableFill } from './profile.ts'

/** What the compiler knows of a column. */
export interface TypeFacts {
  readonly columnType: string
  readonly data: unknown
  readonly elementType: string | undefined
}

/** What may fill a column. Of types of the user's own it is known when the profile is loaded. */
export type Accepts<C extends TypeFacts> = C['columnType'] extends 'PgEnumColumn' | 'PgEnumObjectColumn'
  ? TextOf<Extract<C['data'], string>>
  : C['columnType'] extends 'PgArray'
    ? ListOf<AcceptsType<NonNullable<C['elementType']>> | null>
    : C['columnType'] extends 'PgCustomColumn'
      ? Exclude<Makes, null>
      : AcceptsType<C['columnType']>

/** Of each of Drizzle's types. */
type AcceptsType<ColumnType extends string> = ColumnType extends
  | `Pg${'Big' | 'Small' | ''}Serial${string}`
  | 'PgInteger'
  | 'PgSmallInt'
  | `PgBigInt${string}`
  ? 'int'
  : ColumnType extends `PgNumeric${string}` | 'PgReal' | 'PgDoublePrecision' | 'PgInterval'
    ? 'int' | 'decimal'
    : ColumnType extends 'PgText' | 'PgVarchar' | 'PgChar'
      ? 'text'
      : ColumnType extends `PgTimestamp${string}` | `PgDate${string}` | 'PgTime'
        ? 'time'
        : ColumnType extends 'PgBoolean'
          ? 'boolean'
          : ColumnType extends 'PgUUID'
            ? 'uuid'
            : ColumnType extends 'PgJson' | 'PgJsonb'
              ? 'json'
              : ColumnType extends 'PgCustomColumn'
                ? Scalar
                : never

declare const TABLE: unique symbol

/** What fill() returns: plain data that remembers, for the compiler only, which table it fills. */
export interface Filled<T extends AnyTable> extends TableFill {
  readonly [TABLE]?: T
}

const columns = new WeakMap<TableFill, ReadonlyMap<string, ColumnFill>>()

/** The columns by their keys in the Drizzle table; undefined for what fill() has not made. */
export function keyedColumns(fill: TableFill): ReadonlyMap<string, ColumnFill> | undefined {
  return columns.get(fill)
}

export function rememberColumns<T extends AnyTable>(
  fill: TableFill,
  keyed: ReadonlyMap<string, ColumnFill>,
): Filled<T> {
  columns.set(fill, keyed)
  return fill
}
