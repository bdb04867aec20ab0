import { objectKey } from '../model/index.ts'
import { keysByParent, type PartKeys } from './by-parent.ts'
import type { ConstraintsRead } from './read-constraints.ts'
import { CLASS, type Registry } from './registry.ts'
import type { Read } from './snapshot.ts'
import { textOr } from './values.ts'

interface IndexRow {
  readonly oid: number
  readonly relation: number
  readonly namespace: number
  readonly name: string
  /** As the server writes it, where that is not the name. */
  readonly quoted: string | null
  /** Null: its parent's, after the head. */
  readonly definition: string | null
  readonly partitioned: boolean
  readonly unique: boolean
  readonly valid: boolean
  readonly clustered: boolean
  /** attnums, 0 for an expression: "1 0 3". */
  readonly columns: string
  readonly parent: number | null
  readonly tablespace: string | null
  readonly statistics: Readonly<Record<string, number>> | null
}

export interface IndexesRead {
  /** To be called when the constraints have their keys. */
  readonly addAll: () => void
}

interface Around {
  readonly registry: Registry
  /** Names of tables as the server writes them, by oid. */
  readonly quoted: ReadonlyMap<number, string>
  readonly constraints: ConstraintsRead['byIndex']
}

export async function readIndexes(
  read: Read,
  { registry, quoted, constraints }: Around,
): Promise<IndexesRead> {
  const rows = await read<IndexRow>('catalog_indexes')
  const found = keysByParent(rows, {
    registry,
    own: (row) => objectKey('index', { schema: registry.schemaName(row.namespace), name: row.name }),
  })
  for (const [oid, key] of found.keys) registry.name(CLASS.relation, oid, key)
  const all = { ...found, constraints, definitions: definitionsOf(rows, quoted) }
  return {
    addAll: () => {
      for (const row of rows) addIndex(row, all, registry)
    },
  }
}

type Definitions = ReadonlyMap<number, string>
type Found = PartKeys & Pick<Around, 'constraints'> & { readonly definitions: Definitions }

/** What a definition of a partition's index begins with has names in it; the rest is its parent's. */
function definitionsOf(rows: readonly IndexRow[], quoted: Around['quoted']): Definitions {
  const byOid = new Map(rows.map((row) => [row.oid, row]))
  const definitions = new Map<number, string>()
  const headOf = ({ unique, name, quoted: own, partitioned, relation }: IndexRow): string =>
    `CREATE ${unique ? 'UNIQUE ' : ''}INDEX ${own ?? name} ON ${partitioned ? 'ONLY ' : ''}${quoted.get(relation)}`
  const definitionOf = (row: IndexRow): string => {
    const known = definitions.get(row.oid)
    if (known !== undefined) return known
    const parent = row.parent === null ? undefined : byOid.get(row.parent)
    const text =
      row.definition ??
      [headOf(row), parent ? definitionOf(parent).slice(headOf(parent).length) : ''].join('')
    definitions.set(row.oid, text)
    return text
  }
  for (const row of rows) definitionOf(row)
  return definitions
}

const NO_STATISTICS: Readonly<Record<string, number>> = Object.freeze({})

function addIndex(row: IndexRow, found: Found, registry: Registry): void {
  const { keys, parents, definitions, constraints } = found
  const key = keys.get(row.oid)
  const table = registry.relation(row.relation)
  if (key === undefined || table === undefined) return
  const constraint = registry.keyOf(CLASS.constraint, constraints.get(row.oid) ?? null)
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
  registry.needColumns(key, row.relation, row.columns)
  // A key needs what its index covers.
  if (constraint !== undefined) registry.needColumns(constraint, row.relation, row.columns)
}
