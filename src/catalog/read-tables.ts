import { objectKey, type PartitionOf, type Table } from '../model/index.ts'
import { CLASS, type Registry } from './registry.ts'
import type { Read } from './snapshot.ts'
import { NO_OPTIONS, textOr, toOptions } from './values.ts'

export interface TableRow {
  readonly oid: number
  readonly namespace: number
  readonly name: string
  /** As the server writes it, where that is not the name. */
  readonly quoted: string | null
  readonly kind: 'r' | 'p' | 'm'
  readonly unlogged: boolean
  readonly partition_key: string | null
  readonly bound: string | null
  readonly parent: number | null
  /** Of plain inheritance. */
  readonly parents: readonly number[] | null
  readonly pending: boolean | null
  readonly options: readonly string[] | null
  readonly toast_options: readonly string[] | null
  readonly tablespace: string | null
  readonly access_method: string | null
  readonly row_security: boolean
  readonly force_row_security: boolean
  readonly replica_identity: string
  readonly identity_index: string | null
  readonly populated: boolean
  readonly rows: number
  readonly bytes: number
  readonly query: string | null
}

export interface TablesRead {
  readonly matviews: readonly TableRow[]
  /** oids of the tables that a table inherits from or is a partition of. */
  readonly parents: ReadonlyMap<number, readonly number[]>
  /** oid of a partition to that of its parent; without those whose DETACH is pending, which may have become different. */
  readonly partitions: ReadonlyMap<number, number>
  /** By oid, as the server writes it in definitions: public.events. */
  readonly quoted: ReadonlyMap<number, string>
}

/** Tables and partitions; the rows of materialized views wait for their columns. */
export async function readTables(read: Read, registry: Registry): Promise<TablesRead> {
  const rows = (await read<TableRow>('catalog_tables')).filter(
    (row) => !registry.isMember(CLASS.relation, row.oid),
  )
  for (const row of rows) {
    const name = { schema: registry.schemaName(row.namespace), name: row.name }
    registry.name(
      CLASS.relation,
      row.oid,
      registry.key(objectKey(row.kind === 'm' ? 'matview' : 'table', name)),
    )
  }
  const parents = new Map<number, readonly number[]>()
  const partitions = new Map<number, number>()
  const quoted = new Map<number, string>()
  for (const row of rows) {
    quoted.set(row.oid, `${registry.quotedSchema(row.namespace)}.${row.quoted ?? row.name}`)
    if (row.kind === 'm') continue
    if (row.parent !== null) parents.set(row.oid, row.parents ?? [row.parent])
    if (row.bound !== null && row.parent !== null && row.pending === false)
      partitions.set(row.oid, row.parent)
    addTable(row, registry)
  }
  return { matviews: rows.filter((row) => row.kind === 'm'), parents, partitions, quoted }
}

function addTable(row: TableRow, registry: Registry): void {
  const key = registry.relation(row.oid)!
  const schema = registry.schemaName(row.namespace)
  const table: Table = {
    kind: 'table',
    key,
    name: Object.freeze({ schema, name: row.name }),
    partitionKey: textOr(row.partition_key),
    partitionOf: partitionOf(row, registry),
    inherits: inherits(row, registry),
    unlogged: row.unlogged,
    options: tableOptions(row),
    tablespace: textOr(row.tablespace),
    accessMethod: textOr(row.access_method),
    rowSecurity: rowSecurity(row),
    replicaIdentity: replicaIdentity(row),
    size: sizeOf(row),
  }
  registry.add(table)
  registry.need(key, registry.schemaKey(schema), table.partitionOf?.parent, ...table.inherits)
}

function partitionOf(row: TableRow, registry: Registry): PartitionOf | undefined {
  const parent = registry.relation(row.parent)
  if (row.bound === null || parent === undefined) return undefined
  return Object.freeze({ parent, bound: row.bound, detachPending: row.pending === true })
}

const NONE: Table['inherits'] = Object.freeze([])

function inherits(row: TableRow, registry: Registry): Table['inherits'] {
  if (row.bound !== null || row.parents === null) return NONE
  return Object.freeze(row.parents.map((oid) => registry.relation(oid)).filter((key) => key !== undefined))
}

function rowSecurity({ row_security: on, force_row_security: forced }: TableRow): Table['rowSecurity'] {
  if (forced) return on ? 'forced' : 'off-but-forced'
  return on ? 'on' : 'off'
}

export function tableOptions(row: TableRow): Readonly<Record<string, string>> {
  if (row.options === null && row.toast_options === null) return NO_OPTIONS
  return Object.freeze({ ...toOptions(row.options), ...toOptions(row.toast_options, 'toast.') })
}

function replicaIdentity(row: TableRow): Table['replicaIdentity'] {
  if (row.replica_identity === 'n') return 'nothing'
  if (row.replica_identity === 'f') return 'full'
  // The index may have been dropped since.
  return row.replica_identity === 'i' && row.identity_index !== null
    ? Object.freeze({ index: row.identity_index })
    : 'default'
}

export function sizeOf(row: TableRow): Table['size'] {
  return Object.freeze({ rows: row.rows < 0 ? undefined : row.rows, bytes: row.bytes })
}
