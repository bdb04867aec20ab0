import { type Constraint, memberKey } from '../model/index.ts'
import { keysByParent, type PartKeys } from './by-parent.ts'
import { CLASS, type Registry } from './registry.ts'
import type { Read } from './snapshot.ts'

interface ConstraintRow {
  readonly oid: number
  readonly relation: number
  readonly name: string
  readonly type: 'p' | 'u' | 'x' | 'c' | 'f'
  /** Null: its parent's. */
  readonly definition: string | null
  readonly validated: boolean
  readonly parent: number | null
  readonly inherited: boolean
  readonly index: number
  readonly referenced: number
}

const TYPES = { p: 'primary', u: 'unique', x: 'exclude', c: 'check', f: 'foreign' } as const

export interface ConstraintsRead {
  /** oid of the constraint that an index makes, by that of the index. */
  readonly byIndex: ReadonlyMap<number, number>
  /** To be called when the indexes have their keys. */
  readonly addAll: () => void
}

export async function readConstraints(
  read: Read,
  registry: Registry,
  parents: ReadonlyMap<number, readonly number[]>,
): Promise<ConstraintsRead> {
  const listed = await read<ConstraintRow>('catalog_constraints')
  const rows = withParentsOfChecks(listed, parents)
  const found = keysByParent(rows, {
    registry,
    own: (row, table) => memberKey('constraint', table, row.name),
  })
  for (const [oid, key] of found.keys) registry.name(CLASS.constraint, oid, key)
  const all = { ...found, byOid: new Map(rows.map((row) => [row.oid, row])) }
  const makesIndex = rows.filter(({ type }) => type === 'p' || type === 'u' || type === 'x')
  return {
    byIndex: new Map(makesIndex.map(({ index, oid }) => [index, oid])),
    addAll: () => {
      for (const row of rows) addConstraint(row, all, registry)
    },
  }
}

/** An inherited CHECK has the name of its parent's and no other tie to it. */
function withParentsOfChecks(
  rows: readonly ConstraintRow[],
  parents: ReadonlyMap<number, readonly number[]>,
): readonly ConstraintRow[] {
  const checks = new Map<string, number>()
  for (const row of rows) if (row.type === 'c') checks.set(`${row.relation}.${row.name}`, row.oid)
  return rows.map((row) => {
    if (row.type !== 'c' || !row.inherited) return row
    const above = parents.get(row.relation) ?? []
    const parent = above.map((oid) => checks.get(`${oid}.${row.name}`)).find((oid) => oid !== undefined)
    return { ...row, parent: parent ?? null }
  })
}

type Found = PartKeys & { readonly byOid: ReadonlyMap<number, ConstraintRow> }

function addConstraint(row: ConstraintRow, { keys, parents, byOid }: Found, registry: Registry): void {
  const key = keys.get(row.oid)
  const table = registry.relation(row.relation)
  if (key === undefined || table === undefined) return
  const index = row.type === 'c' ? undefined : registry.relation(row.index)
  const references = row.type === 'f' ? registry.relation(row.referenced) : undefined
  registry.add({
    kind: 'constraint',
    key,
    table,
    name: row.name,
    type: TYPES[row.type],
    ...definitionOf(textOf(row, byOid), row.validated),
    parent: parents.get(row.oid),
    index: row.type === 'f' ? undefined : index,
    references,
  })
  registry.need(key, table, references, parents.get(row.oid), row.type === 'f' ? index : undefined)
}

function textOf({ definition, parent }: ConstraintRow, byOid: Found['byOid']): string {
  if (definition !== null) return definition
  const above = parent === null ? undefined : byOid.get(parent)
  return above ? textOf(above, byOid) : ''
}

/** What is NOT ENFORCED (18) is never validated: that is in its definition, and nothing is left to do. */
function definitionOf(text: string, validated: boolean): Pick<Constraint, 'definition' | 'validated'> {
  const definition = text.replace(/ NOT VALID$/, '')
  return { definition, validated: validated || definition.endsWith(' NOT ENFORCED') }
}
