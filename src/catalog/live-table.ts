import type { AnySql } from '../db/index.ts'
import type { QualifiedName } from '../kernel/index.ts'
import { QUERIES } from './sql.generated.ts'

/** A table as it stands in the database: what a load must know of it. */
export interface LiveTable extends QualifiedName {
  readonly oid: string
  readonly kind: 'table' | 'partitioned' | 'other'
  readonly columns: readonly LiveColumn[]
  /** The relations that hold the rows: the leaves of a partitioned table, else the table itself. */
  readonly leaves: readonly LiveLeaf[]
  readonly indexes: readonly LiveIndex[]
  /** Of the table, and of others that point at it. */
  readonly foreignKeys: readonly LiveForeignKey[]
}

export interface LiveLeaf extends QualifiedName {
  readonly oid: string
  readonly foreign: boolean
  /** A crash of the server empties it. */
  readonly unlogged: boolean
  /** The storage parameter autovacuum_enabled as it is set on the relation, undefined where it is not. */
  readonly autovacuum: string | undefined
}

export interface LiveColumn {
  readonly name: string
  /** As format_type() prints it. */
  readonly type: string
  readonly notNull: boolean
  readonly hasDefault: boolean
  readonly generated: boolean
  /** GENERATED ALWAYS AS IDENTITY: a row that is there keeps its value. */
  readonly always: boolean
  /** The sequence behind a serial or identity column, quoted and qualified. */
  readonly sequence: string | undefined
}

export interface LiveIndex {
  readonly oid: string
  readonly name: string
  readonly table: QualifiedName
  /** Of a partitioned table: an index without pages, whose children on the partitions hold the entries. */
  readonly partitioned: boolean
  /** How deep below the table its relation stands: 0 for the table itself. */
  readonly level: number
  /** oid of the index of the parent table that it is attached to. */
  readonly parent: string | undefined
  readonly valid: boolean
  /** pg_get_indexdef() */
  readonly definition: string
  /** Names of the key's columns; null for an expression. */
  readonly keyColumns: readonly (string | null)[]
  readonly partial: boolean
  readonly tablespace: string | undefined
  /** Storage parameters as they stand in WITH (…). */
  readonly options: string | undefined
  readonly comment: string | undefined
  readonly replicaIdentity: boolean
  readonly clustered: boolean
  readonly hasStatistics: boolean
  readonly constraint: LiveIndexConstraint | undefined
}

export interface LiveIndexConstraint {
  readonly name: string
  /** A key WITHOUT OVERLAPS counts as an exclusion constraint. */
  readonly type: 'primary key' | 'unique' | 'exclusion'
  /** pg_get_constraintdef() */
  readonly definition: string
  readonly deferrable: boolean
  readonly deferred: boolean
  readonly comment: string | undefined
}

export interface LiveForeignKey {
  readonly name: string
  readonly table: QualifiedName
  readonly definition: string
  readonly validated: boolean
  /** Neither table is partitioned. */
  readonly plain: boolean
  readonly comment: string | undefined
}

type Value = string | number | boolean | null
type Row = Record<string, Value>

/** Undefined when there is no relation of that name. */
export async function readLiveTable(sql: AnySql, name: QualifiedName): Promise<LiveTable | undefined> {
  const [relation] = await sql.unsafe<Row[]>(QUERIES.relation, [name.schema, name.name])
  if (!relation) return undefined
  const oid = relation.oid as string
  const read = (query: string) => sql.unsafe<Row[]>(query, [oid])
  return Object.freeze({
    oid,
    schema: name.schema,
    name: name.name,
    kind: relation.kind === 'r' ? 'table' : relation.kind === 'p' ? 'partitioned' : 'other',
    columns: (await read(QUERIES.columns)).map(toColumn),
    leaves: relation.kind === 'r' || relation.kind === 'p' ? (await read(QUERIES.leaves)).map(toLeaf) : [],
    indexes: (await read(QUERIES.indexes)).map(toIndex),
    foreignKeys: (await read(QUERIES.foreign_keys)).map(toForeignKey),
  })
}

const text = (value: Value | undefined) => (typeof value === 'string' && value !== '' ? value : undefined)

function toColumn(row: Row): LiveColumn {
  return {
    name: row.name as string,
    type: row.type as string,
    notNull: row.not_null === true,
    hasDefault: row.has_default === true,
    generated: row.generated === true,
    always: row.always === true,
    sequence: text(row.sequence),
  }
}

function toLeaf(row: Row): LiveLeaf {
  return {
    oid: row.oid as string,
    schema: row.schema as string,
    name: row.name as string,
    foreign: row.is_foreign === true,
    unlogged: row.unlogged === true,
    autovacuum: text(row.autovacuum),
  }
}

const CONSTRAINT_TYPES = { p: 'primary key', u: 'unique', x: 'exclusion' } as const

function toIndex(row: Row): LiveIndex {
  const constraint =
    row.constraint_name === null
      ? undefined
      : {
          name: row.constraint_name as string,
          type: CONSTRAINT_TYPES[row.constraint_type as 'p' | 'u' | 'x'],
          definition: row.constraint_definition as string,
          deferrable: row.deferrable === true,
          deferred: row.deferred === true,
          comment: text(row.constraint_comment),
        }
  return {
    oid: row.oid as string,
    name: row.name as string,
    table: { schema: row.schema as string, name: row.table_name as string },
    partitioned: row.partitioned === true,
    level: row.level as number,
    parent: text(row.parent),
    valid: row.valid === true,
    definition: row.definition as string,
    keyColumns: row.key_columns as unknown as (string | null)[],
    partial: row.partial === true,
    tablespace: text(row.tablespace),
    options: text(row.options),
    comment: text(row.comment),
    replicaIdentity: row.replica_identity === true,
    clustered: row.clustered === true,
    hasStatistics: row.has_statistics === true,
    constraint,
  }
}

function toForeignKey(row: Row): LiveForeignKey {
  return {
    name: row.name as string,
    table: { schema: row.schema as string, name: row.table_name as string },
    definition: row.definition as string,
    validated: row.validated === true,
    plain: row.plain === true,
    comment: text(row.comment),
  }
}
