import type { Sql } from '../db/index.ts'
import type { QualifiedName } from '../kernel/index.ts'
import { QUERIES } from './sql.generated.ts'

/** A partitioned table and its partitions as far as it decides which of them a row belongs to, and who may write to it. */
export interface PartitionNode extends QualifiedName {
  readonly oid: string
  /** As pg_get_expr() prints it with TimeZone UTC and DateStyle ISO; absent for the root. */
  readonly bound: string | undefined
  /** Of a relation that is partitioned itself. */
  readonly partitioned: PartitionedBy | undefined
  readonly children: readonly PartitionNode[]
  readonly rowSecurity: boolean
  readonly rules: boolean
  /** Triggers that fire once for a statement that inserts, or truncates. */
  readonly insertTriggers: boolean
  readonly truncateTriggers: boolean
  readonly mayInsert: boolean
  readonly mayTruncate: boolean
  /** Of each column that is not computed: its default as the server prints it, '' for none, null for an identity. */
  readonly defaults: Readonly<Record<string, string | null>>
}

export interface PartitionedBy {
  readonly strategy: 'range' | 'list' | 'hash'
  readonly key: readonly PartitionKeyPart[]
}

export interface PartitionKeyPart {
  /** Null for an expression. */
  readonly column: string | null
  /** The default operator class of the type, one that comes with PostgreSQL. */
  readonly usualOperators: boolean
  /** Texts are equal if and only if their bytes are. */
  readonly deterministic: boolean
  /** Texts stand in the order of their bytes; true for types without a collation. */
  readonly bytewise: boolean
}

export interface PartitionTree {
  readonly root: PartitionNode
  readonly encoding: string
  readonly walLevel: string
}

interface Row {
  oid: string
  parent: string | null
  schema: string
  name: string
  bound: string | null
  strategy: 'r' | 'l' | 'h' | null
  key: PartitionKeyPart[] | null
  row_security: boolean
  rules: boolean
  insert_triggers: boolean
  truncate_triggers: boolean
  may_insert: boolean
  may_truncate: boolean
  defaults: Record<string, string | null>
  encoding: string
  wal_level: string
}

const STRATEGIES = { r: 'range', l: 'list', h: 'hash' } as const

export async function readPartitionTree(sql: Sql, oid: string): Promise<PartitionTree> {
  const rows = await sql.begin('read only', async (tx) => {
    await tx.unsafe("set local timezone = 'UTC'")
    await tx.unsafe("set local datestyle = 'ISO, YMD'")
    return tx.unsafe<Row[]>(QUERIES.partition_tree, [oid])
  })
  const childrenOf = new Map<string | null, Row[]>()
  for (const row of rows) {
    const siblings = childrenOf.get(row.parent)
    if (siblings === undefined) childrenOf.set(row.parent, [row])
    else siblings.push(row)
  }
  const toNode = (row: Row): PartitionNode => ({
    oid: row.oid,
    schema: row.schema,
    name: row.name,
    bound: row.bound ?? undefined,
    partitioned:
      row.strategy === null ? undefined : { strategy: STRATEGIES[row.strategy], key: row.key ?? [] },
    children: (childrenOf.get(row.oid) ?? []).map(toNode),
    rowSecurity: row.row_security,
    rules: row.rules,
    insertTriggers: row.insert_triggers,
    truncateTriggers: row.truncate_triggers,
    mayInsert: row.may_insert,
    mayTruncate: row.may_truncate,
    defaults: row.defaults,
  })
  const [first] = rows
  return { root: toNode(first!), encoding: first!.encoding, walLevel: first!.wal_level }
}
