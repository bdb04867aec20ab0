import type { PgTable } from 'drizzle-orm/pg-core'

/** Any table declared with Drizzle's pgTable(). */
export type AnyTable = PgTable

/** What the compiler knows of a table's columns, by their keys: for APIs that are typed against a declaration. */
export type ColumnFacts<T extends AnyTable> = {
  readonly [Key in keyof T['_']['columns'] & string]: {
    /** Drizzle's name of the type: PgBigInt53, PgText, PgTimestamp. */
    readonly columnType: T['_']['columns'][Key]['_']['columnType']
    readonly notNull: T['_']['columns'][Key]['_']['notNull']
    readonly hasDefault: T['_']['columns'][Key]['_']['hasDefault']
    /** What Drizzle reads: for an enum the union of its values. */
    readonly data: T['_']['columns'][Key]['_']['data']
    /** Of an array: Drizzle's name of its elements' type. */
    readonly elementType: T['_']['columns'][Key]['_'] extends {
      readonly baseBuilder: { readonly _: { readonly columnType: infer E extends string } }
    }
      ? E
      : undefined
    /** undefined unless GENERATED ALWAYS AS (expression). */
    readonly generated: T['_']['columns'][Key]['_']['generated']
  }
}
