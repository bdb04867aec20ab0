import { getTableColumns, is } from 'drizzle-orm'
import {
  getTableConfig,
  type PgColumn,
  PgEnumColumn,
  PgEnumObjectColumn,
  type PgTable,
} from 'drizzle-orm/pg-core'
import type { QualifiedName } from '../kernel/index.ts'
import { readExtras } from './extras.ts'

/** What other modules need to know of a Drizzle table, without Drizzle. */
export interface DeclaredTable extends QualifiedName {
  readonly columns: readonly DeclaredColumn[]
  /** Names of the columns that the table is partitioned by; empty for a plain table. Expressions are left out. */
  readonly partitionKey: readonly string[]
}

export interface DeclaredColumn {
  /** The property in the Drizzle table: createdAt. */
  readonly key: string
  /** The column in the database: created_at. */
  readonly name: string
  /** The SQL type as Drizzle spells it: bigserial, timestamp with time zone, varchar(20). */
  readonly type: string
  /** Of a column of an enum. */
  readonly enumeration: DeclaredEnum | undefined
  readonly notNull: boolean
  /** Whether the server fills it when it is left out: a default, serial or identity. */
  readonly hasDefault: boolean
  /** GENERATED ALWAYS AS (expression): cannot be written at all. */
  readonly computed: boolean
}

export interface DeclaredEnum extends QualifiedName {
  readonly values: readonly string[]
}

export function describeTable(table: PgTable): DeclaredTable {
  const config = getTableConfig(table)
  const columns = Object.entries(getTableColumns(table)).map(([key, column]) =>
    Object.freeze({
      key,
      name: column.name,
      type: column.getSQLType(),
      enumeration: enumOf(column),
      notNull: column.notNull,
      hasDefault: column.hasDefault || column.generatedIdentity !== undefined,
      computed: column.generated !== undefined,
    }),
  )
  return Object.freeze({
    schema: config.schema ?? 'public',
    name: config.name,
    columns: Object.freeze(columns),
    partitionKey: Object.freeze(
      (readExtras(table).partitionKey?.parts ?? []).flatMap((p) => (p.kind === 'column' ? [p.column] : [])),
    ),
  })
}

function enumOf(column: PgColumn): DeclaredEnum | undefined {
  if (!is(column, PgEnumColumn) && !is(column, PgEnumObjectColumn)) return undefined
  const { schema = 'public', enumName, enumValues } = column.enum
  return Object.freeze({ schema, name: enumName, values: Object.freeze([...enumValues]) })
}
