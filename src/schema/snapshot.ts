import type { QualifiedName } from '../kernel/index.ts'
import type { StorageOptions } from './extras.ts'
import type { RefreshPolicy } from './matviews.ts'
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
  readonly foreignKeys: Readonly<Record<string, KitForeignKey>>
  readonly compositePrimaryKeys: Readonly<Record<string, KitKey>>
  readonly uniqueConstraints: Readonly<Record<string, KitKey>>
}

export interface KitKey {
  readonly name: string
  readonly columns: readonly string[]
}

export interface KitForeignKey {
  readonly name: string
  readonly tableFrom: string
  readonly tableTo: string
  readonly schemaTo?: string
  readonly columnsFrom: readonly string[]
  readonly columnsTo: readonly string[]
}

/** What drizzle-kit knows nothing of. */
export interface TableOptions {
  /** RANGE ("event_time") */
  readonly partitionBy?: string
  readonly policy?: TimePolicy
  readonly leaves?: readonly LeafState[]
  /** How each partition of a policy is partitioned. */
  readonly subpartitionBy?: string
  readonly storage?: StorageOptions
}

export interface LeafState {
  readonly name: string
  /** As SQL: FOR VALUES FROM … TO … */
  readonly bound: string
  readonly partitionBy?: string
  readonly leaves?: readonly LeafState[]
}

/** Of a materialized view. */
export interface MatViewOptions {
  readonly withData?: boolean
  readonly storage?: StorageOptions
  readonly refresh?: RefreshPolicy
}

/** Something that has statements of its own: an index with INCLUDE, a function, a comment. By its kind and name. */
export interface ObjectState {
  /** The table or view that it belongs to and goes away with: relation public.events. */
  readonly on?: string
  readonly create: readonly string[]
  readonly drop: readonly string[]
  /** CREATE OR REPLACE, possible where `identity` is the same before and after. */
  readonly replace?: { readonly sql: string; readonly identity: string }
  /** Of a sqlObject: its label, by which others need it. */
  readonly label?: string
  readonly needs?: readonly string[]
  /** Of column options: only the server knows what a type has without. */
  readonly storage?: string
}

/** State of the declarations after a migration: snapshot.json beside migration.sql. */
export interface Snapshot {
  readonly gigarow: 1
  readonly drizzle: KitSnapshot
  /** By "schema.table", as in drizzle.tables. */
  readonly tables: Readonly<Record<string, TableOptions>>
  /** By "schema.view"; absent in snapshots of before they could be declared, as objects. */
  readonly matViews?: Readonly<Record<string, MatViewOptions>>
  readonly objects?: Readonly<Record<string, ObjectState>>
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
