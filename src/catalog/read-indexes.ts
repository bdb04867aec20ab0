import { objectKey } from '../model/index.ts'
import { keysByParent, type PartKeys } from './by-parent.ts'
import { CLASS, type Registry } from './registry.ts'
import type { Read } from './snapshot.ts'
import { textOr } from './values.ts'

interface IndexRow {
  readonly oid: number
  readonly relation: number
  readonly namespace: number
  readonly name: string
  /** Null: its parent's, after the head. */
  readonly definition: string | null
  readonly head: string
  readonly unique: boolean
  readonly valid: boolean
  readonly clustered: boolean
  /** attnums, 0 for an expression: "1 0 3". */
  readonly columns: string
  readonly parent: number | null
  readonly constraint: number | null
  readonly tablespace: string | null
  readonly statistics: Readonly<Record<string, number>> | null
}

export interface IndexesRead {
  /** To be called when the constraints have their keys. */
  readonly addAll: () => void
}

export async function readIndexes(read: Read, registry: Registry): Promise<IndexesRead> {
  const rows = await read<IndexRow>('catalog_indexes')
  const found = keysByParent(rows, {
    table: (row) => registry.relation(row.relation),
    own: (row) => objectKey('index', { schema: registry.schemaName(row.namespace), name: row.name }),
  })
  for (const [oid, key] of found.keys) registry.name(CLASS.relation, oid, key)
  const all = { ...found, definitions: definitionsOf(rows) }
  return {
    addAll: () => {
      for (const row of rows) addIndex(row, all, registry)
    },
  }
}

type Definitions = ReadonlyMap<number, string>
type Found = PartKeys & { readonly definitions: Definitions }

function definitionsOf(rows: readonly IndexRow[]): Definitions {
  const byOid = new Map(rows.map((row) => [row.oid, row]))
  const definitionOf = (row: IndexRow): string => {
    const parent = row.parent === null ? undefined : byOid.get(row.parent)
    if (row.definition !== null || parent === undefined) return row.definition ?? row.head
    return [row.head, definitionOf(parent).slice(parent.head.length)].join('')
  }
  return new Map(rows.map((row) => [row.oid, definitionOf(row)]))
}

const NO_STATISTICS: Readonly<Record<string, number>> = Object.freeze({})

function addIndex(row: IndexRow, { keys, parents, definitions }: Found, registry: Registry): void {
  const key = keys.get(row.oid)
  const table = registry.relation(row.relation)
  if (key === undefined || table === undefined) return
  const constraint = registry.keyOf(CLASS.constraint, row.constraint)
  registry.add({
    kind: 'index',
    key,
    name: Object.freeze({ schema: registry.schemaName(row.namespace), name: row.name }),
    table,
    definition: definitions.get(row.oid)!,
    unique: row.unique,
    valid: row.valid,
    parent: parents.get(row.oid),
    constraint,
    tablespace: textOr(row.tablespace),
    clustered: row.clustered,
    statistics: row.statistics === null ? NO_STATISTICS : Object.freeze(row.statistics),
  })
  registry.need(key, table, constraint, parents.get(row.oid))
  if (!table.startsWith('table ')) return
  for (const position of row.columns.split(' ')) {
    registry.need(key, registry.column(row.relation, Number(position)))
  }
}
