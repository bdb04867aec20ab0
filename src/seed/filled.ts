import type { AnyTable } from '../schema/index.ts'
import type { ColumnFill, TableFill } from './profile.ts'

/** What may fill a column of each of Drizzle's types. */
export type Accepts<ColumnType extends string> = ColumnType extends
  | `Pg${'Big' | 'Small' | ''}Serial${string}`
  | 'PgInteger'
  | 'PgSmallInt'
  | `PgBigInt${string}`
  ? 'int'
  : ColumnType extends `PgNumeric${string}` | 'PgDoublePrecision'
    ? 'int' | 'decimal'
    : ColumnType extends 'PgText' | 'PgVarchar'
      ? 'text'
      : ColumnType extends `PgTimestamp${string}` | `PgDate${string}`
        ? 'time'
        : ColumnType extends 'PgBoolean'
          ? 'boolean'
          : ColumnType extends 'PgUUID'
            ? 'uuid'
            : ColumnType extends 'PgJsonb'
              ? 'json'
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
