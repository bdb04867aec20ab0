import { ident, plainName, type QualifiedName } from '../kernel/index.ts'

/**
 * A database's schema as values: what readCatalog() reads and diff() compares. Definitions are PostgreSQL's own text
 * (pg_get_…def with an empty search_path, so every name in them is qualified): they compare equal exactly when the server, of
 * one major version, means the same.
 */
export interface Catalog {
  /** 14 to 18. */
  readonly major: number
  readonly objects: ReadonlyMap<ObjectKey, SchemaObject>
  /** What each object needs to exist (pg_depend, ownership by a table included, lifted to the objects of this model). */
  readonly needs: ReadonlyMap<ObjectKey, ReadonlySet<ObjectKey>>
  /** Objects that this model does not hold (aggregates, casts, foreign tables …), as people write them. */
  readonly unknown: readonly string[]
  /** Which of those an object needs: the collation of a column. */
  readonly unknownNeeds?: ReadonlyMap<ObjectKey, readonly string[]>
  /** Absent where nobody has asked. */
  readonly owners?: Owners
}

/** Whose the tables, views, sequences, routines, types and schemas are. */
export interface Owners {
  /** Who has read the catalog: what is his says nothing, as he owns what he makes. */
  readonly reader: string
  readonly of: ReadonlyMap<ObjectKey, string>
}

/**
 * Names one object of a catalog, the same in every database: "table public.events", "column public.events.id". A partition's index or
 * constraint that stands under its parent's is named by the two: `index "public"."events_idx" of "public"."events_p2025_01"`; its own
 * name is the server's business.
 */
export type ObjectKey = string & { readonly [KEY]: true }
declare const KEY: unique symbol

export type SchemaObject =
  | Namespace
  | Extension
  | Enum
  | Domain
  | CompositeType
  | Sequence
  | Table
  | Column
  | Constraint
  | Index
  | Statistics
  | View
  | MatView
  | Routine
  | Trigger
  | Policy
  | Rule
  | Grant
  | Comment

export type ObjectKind = SchemaObject['kind']

interface Base<Kind extends string> {
  readonly kind: Kind
  readonly key: ObjectKey
}

/** Of a schema, type or relation. */
interface Named<Kind extends string> extends Base<Kind> {
  readonly name: QualifiedName
}

/** A schema, but for public and what PostgreSQL, extensions and gigarow itself own. */
export interface Namespace extends Base<'schema'> {
  readonly name: string
}

export interface Extension extends Base<'extension'> {
  readonly name: string
  readonly schema: string
  readonly version: string
}

export interface Enum extends Named<'enum'> {
  readonly values: readonly string[]
}

export interface Domain extends Named<'domain'> {
  /** format_type of the base type. */
  readonly type: string
  readonly notNull: boolean
  readonly default: string | undefined
  readonly collation: string | undefined
  readonly checks: readonly {
    readonly name: string
    readonly definition: string
    readonly validated: boolean
  }[]
}

export interface CompositeType extends Named<'type'> {
  readonly attributes: readonly {
    readonly name: string
    readonly type: string
    readonly collation: string | undefined
  }[]
}

export interface SequenceOptions {
  readonly type: string
  /** Numbers of up to 64 bits, as text. */
  readonly start: string
  readonly increment: string
  readonly min: string
  readonly max: string
  readonly cache: string
  readonly cycle: boolean
}

/** Those of identity columns are part of their column. */
export interface Sequence extends Named<'sequence'> {
  readonly options: SequenceOptions
  readonly unlogged: boolean
  /** The column that it is dropped with (serial); it does not need it, the column's default needs the sequence. */
  readonly ownedBy: ObjectKey | undefined
}

export interface Table extends Named<'table'> {
  /** Of a partitioned table: RANGE (event_time). */
  readonly partitionKey: string | undefined
  readonly partitionOf: PartitionOf | undefined
  /** Parents of plain inheritance, in order. */
  readonly inherits: readonly ObjectKey[]
  readonly unlogged: boolean
  /** Storage parameters, name to value; those of its TOAST table with the prefix toast. */
  readonly options: Readonly<Record<string, string>>
  readonly tablespace: string | undefined
  /** Only where it is not heap. */
  readonly accessMethod: string | undefined
  /** off-but-forced: FORCE was said, and waits for ENABLE. */
  readonly rowSecurity: 'off' | 'on' | 'forced' | 'off-but-forced'
  /** default, nothing, full, or the name of an index. */
  readonly replicaIdentity: 'default' | 'nothing' | 'full' | { readonly index: string }
  /** What the server estimates: for messages and choices, never compared. */
  readonly size: TableSize
}

export interface PartitionOf {
  readonly parent: ObjectKey
  /** FOR VALUES FROM ('2025-01-01') TO ('2025-02-01'), or DEFAULT. */
  readonly bound: string
  /** DETACH … CONCURRENTLY was begun and not ended. */
  readonly detachPending: boolean
}

export interface TableSize {
  /** reltuples; undefined before the first ANALYZE. */
  readonly rows: number | undefined
  /** With indexes and TOAST; 0 for a partitioned table itself. */
  readonly bytes: number
}

export interface Column extends Base<'column'> {
  readonly table: ObjectKey
  readonly name: string
  /** attnum: for the order in CREATE TABLE, never compared. */
  readonly position: number
  /** format_type with its modifier: numeric(10,2), public.mood[]. */
  readonly type: string
  readonly notNull: boolean
  /** False: NOT NULL … NOT VALID, of PostgreSQL 18. */
  readonly notNullValid: boolean
  /** Of the constraint behind it, of PostgreSQL 18. */
  readonly notNullName?: string
  readonly notNullNoInherit?: boolean
  readonly default: string | undefined
  readonly generated: { readonly kind: 'stored' | 'virtual'; readonly expression: string } | undefined
  readonly identity: { readonly always: boolean; readonly options: SequenceOptions } | undefined
  /** Only where it is not its type's own, qualified. */
  readonly collation: string | undefined
  /** Only where it is not its type's own: plain, external, extended, main. */
  readonly storage: string | undefined
  readonly compression: string | undefined
  /** SET STATISTICS; undefined is the default. */
  readonly statistics: number | undefined
  /** n_distinct and the like. */
  readonly options: Readonly<Record<string, string>>
  /** It comes from a parent and was not declared here. */
  readonly inherited: boolean
}

export interface Constraint extends Base<'constraint'> {
  readonly table: ObjectKey
  readonly name: string
  readonly type: 'primary' | 'unique' | 'exclude' | 'check' | 'foreign'
  /** pg_get_constraintdef without NOT VALID. */
  readonly definition: string
  /** Nothing is left to do; so, too, where the definition says NOT ENFORCED (18). */
  readonly validated: boolean
  /** Of the same constraint on the parent table, or of CHECKs that are inherited. */
  readonly parent: ObjectKey | undefined
  /** The index behind a primary key, unique or exclusion constraint. */
  readonly index: ObjectKey | undefined
  readonly references: ObjectKey | undefined
}

export interface Index extends Named<'index'> {
  readonly table: ObjectKey
  /** pg_get_indexdef: CREATE UNIQUE INDEX i ON public.t USING btree (a). On a partitioned table: ON ONLY. */
  readonly definition: string
  readonly unique: boolean
  readonly valid: boolean
  /** The index of the parent table under which it is attached. */
  readonly parent: ObjectKey | undefined
  /** It belongs to this constraint and is made and dropped with it. */
  readonly constraint: ObjectKey | undefined
  readonly tablespace: string | undefined
  readonly clustered: boolean
  /** SET STATISTICS of expression columns, by their number. */
  readonly statistics: Readonly<Record<string, number>>
}

/** CREATE STATISTICS. */
export interface Statistics extends Named<'statistics'> {
  readonly table: ObjectKey
  readonly definition: string
  readonly target: number | undefined
}

export interface View extends Named<'view'> {
  /** The query, without the semicolon. */
  readonly query: string
  readonly columns: readonly ViewColumn[]
  readonly options: Readonly<Record<string, string>>
}

export interface ViewColumn {
  readonly name: string
  readonly type: string
  /** Of a view that is written through: ALTER VIEW … ALTER COLUMN … SET DEFAULT. */
  readonly default?: string
  /** Those of materialized views, as columns of tables have them. */
  readonly storage?: string
  readonly compression?: string
  readonly statistics?: number
  readonly options?: Readonly<Record<string, string>>
}

export interface MatView extends Named<'matview'> {
  readonly query: string
  readonly columns: readonly ViewColumn[]
  readonly options: Readonly<Record<string, string>>
  readonly tablespace: string | undefined
  readonly accessMethod: string | undefined
  /** False: made WITH NO DATA and never refreshed. Never compared: a refresh is no change of the schema. */
  readonly populated: boolean
  readonly size: TableSize
}

/** A function or procedure. */
export interface Routine extends Named<'routine'> {
  /** pg_get_function_identity_arguments. */
  readonly arguments: string
  readonly type: 'function' | 'procedure'
  /** pg_get_functiondef: CREATE OR REPLACE … */
  readonly definition: string
  /** pg_get_function_result: when it changes, OR REPLACE is not possible. */
  readonly result: string | undefined
}

export interface Trigger extends Base<'trigger'> {
  /** A table or view. */
  readonly table: ObjectKey
  readonly name: string
  readonly definition: string
  readonly enabled: 'origin' | 'always' | 'replica' | 'disabled'
  /** Cloned to a partition from its parent. */
  readonly parent: ObjectKey | undefined
}

/** CREATE POLICY. */
export interface Policy extends Base<'policy'> {
  readonly table: ObjectKey
  readonly name: string
  readonly permissive: boolean
  readonly command: 'all' | 'select' | 'insert' | 'update' | 'delete'
  /** Quoted where they must be; public for everybody. */
  readonly roles: readonly string[]
  readonly using: string | undefined
  readonly check: string | undefined
}

/** CREATE RULE, but for those that views are made of. */
export interface Rule extends Base<'rule'> {
  readonly table: ObjectKey
  readonly name: string
  readonly definition: string
  readonly enabled: Trigger['enabled']
}

/**
 * What one role may do with one object, over what its owner may anyway and what everybody may by default. `on` may be the schema
 * public or a column of a view, which are no objects of their own.
 */
export interface Grant extends Base<'grant'> {
  readonly on: ObjectKey
  /** public for everybody. */
  readonly role: string
  /** Sorted: SELECT, UPDATE … None for public: what everybody may by default (EXECUTE, USAGE) was revoked. */
  readonly privileges: readonly { readonly name: string; readonly grantable: boolean }[]
}

/** `on` may be a column of a view, which is no object of its own. */
export interface Comment extends Base<'comment'> {
  readonly on: ObjectKey
  readonly text: string
}

/** A key in one piece: of what + puts together V8 keeps the parts as well, which is half as much again for 100,000 keys. */
const flat = (...parts: readonly string[]): ObjectKey => parts.join('') as ObjectKey

/** `table "public"."events"`. For routines `extra` is the list of argument types. */
export function objectKey(kind: ObjectKind, name: QualifiedName | string, extra = ''): ObjectKey {
  const text = typeof name === 'string' ? ident(name) : ident(name.schema, name.name)
  return flat(kind, ' ', text, extra)
}

/** Of what belongs to a table or view and has a name of its own: `column "public"."events"."id"`. */
export function memberKey(
  kind: 'column' | 'constraint' | 'trigger' | 'policy' | 'rule',
  owner: ObjectKey,
  name: string,
): ObjectKey {
  return flat(kind, ' ', nameIn(owner), '.', ident(name))
}

/** Of a partition's index, constraint or trigger under its parent's: `index "public"."i" of "public"."events_p2025_01"`. */
export function partKey(parent: ObjectKey, table: ObjectKey): ObjectKey {
  return flat(parent, ' of ', nameIn(table))
}

/** `comment on table "public"."events"`, `grant on table "public"."events" to "bob"`. */
export function annotationKey(kind: 'comment' | 'grant', on: ObjectKey, role?: string): ObjectKey {
  return `${kind} on ${on}${role === undefined ? '' : ` to ${ident(role)}`}` as ObjectKey
}

/** The name in a key, as SQL writes it: "public"."events". */
export function nameIn(key: ObjectKey): string {
  return key.slice(key.indexOf(' ') + 1)
}

export function kindIn(key: ObjectKey): ObjectKind {
  return key.slice(0, key.indexOf(' ')) as ObjectKind
}

/** For messages and advice, quoted where SQL needs it: events, warehouse.facts, "Order Lines". */
export function labelOf(object: SchemaObject): string {
  if (typeof object === 'object' && 'name' in object && typeof object.name === 'object')
    return plainName(object.name)
  return nameIn(object.key).replace(/^public\./, '')
}
