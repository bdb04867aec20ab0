import type { QualifiedName } from '../kernel/index.ts'
import type { StorageOptions } from './extras.ts'
import type { TimePolicy } from './partitions.ts'

/** What of drizzle-kit's snapshot we look at; the rest is carried along. */
export interface KitSnapshot {
  readonly tables: Readonly<Record<string, KitTable>>
  readonly [other: string]: unknown
}

export interface KitTable {
  readonly name: string
  /** Empty for public. */
  readonly schema: string
  readonly columns: Readonly<Record<string, unknown>>
  readonly indexes: Readonly<Record<string, unknown>>
  readonly foreignKeys: Readonly<Record<string, { readonly tableTo: string; readonly schemaTo?: string }>>
}

/** What drizzle-kit knows nothing of. */
export interface TableOptions {
  /** RANGE ("event_time") */
  readonly partitionBy?: string
  readonly policy?: TimePolicy
  /** `bound` as SQL: FOR VALUES FROM … TO … */
  readonly leaves?: readonly { readonly name: string; readonly bound: string }[]
  readonly storage?: StorageOptions
}

/** State of the declarations after a migration: snapshot.json beside migration.sql. */
export interface Snapshot {
  readonly gigarow: 1
  readonly drizzle: KitSnapshot
  /** By "schema.table", as in drizzle.tables. */
  readonly tables: Readonly<Record<string, TableOptions>>
}

/** The key of a table in both maps. */
export function tableKey({ schema, name }: QualifiedName): string {
  return `${schema}.${name}`
}

export function tableName(table: KitTable): QualifiedName {
  return { schema: table.schema === '' ? 'public' : table.schema, name: table.name }
}

export function isSnapshot(value: unknown): value is Snapshot {
  if (typeof value !== 'object' || value === null) return false
  const { gigarow, drizzle, tables } = value as Record<string, unknown>
  return gigarow === 1 && typeof tables === 'object' && typeof drizzle === 'object' && drizzle !== null
}
