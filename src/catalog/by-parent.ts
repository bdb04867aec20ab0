import { type ObjectKey, partKey } from '../model/index.ts'
import type { Registry } from './registry.ts'

interface Part {
  readonly oid: number
  /** oid of the table that it stands on. */
  readonly relation: number
  /** oid of the same thing on the parent table; 0 or null where there is none. */
  readonly parent: number | null
}

interface KeyOptions<Row> {
  readonly registry: Pick<Registry, 'key' | 'relation'>
  /** Its key by its own name. */
  readonly own: (row: Row, table: ObjectKey) => ObjectKey
}

export interface PartKeys {
  readonly keys: ReadonlyMap<number, ObjectKey>
  readonly parents: ReadonlyMap<number, ObjectKey>
}

/** Keys of indexes, constraints or triggers, of which those on partitions are named by their parent's; in any order. */
export function keysByParent<Row extends Part>(
  rows: readonly Row[],
  { registry, own }: KeyOptions<Row>,
): PartKeys {
  const byOid = new Map(rows.map((row) => [row.oid, row]))
  const keys = new Map<number, ObjectKey>()
  const parents = new Map<number, ObjectKey>()
  const keyOf = (row: Row): ObjectKey | undefined => {
    const known = keys.get(row.oid)
    if (known !== undefined) return known
    const at = registry.relation(row.relation)
    if (at === undefined) return undefined
    const above = row.parent === null ? undefined : byOid.get(row.parent)
    const parent = above && keyOf(above)
    const key = registry.key(parent === undefined ? own(row, at) : partKey(parent, at))
    keys.set(row.oid, key)
    if (parent !== undefined) parents.set(row.oid, parent)
    return key
  }
  for (const row of rows) keyOf(row)
  return { keys, parents }
}
