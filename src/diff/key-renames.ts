import { addTo } from '../kernel/index.ts'
import type { Catalog, Constraint, ObjectKey } from '../model/index.ts'
import type { Rename } from './rule.ts'

/** A CHECK is made anew cheaply; and that of a partitioned table, and its name, is the whole tree's. */
const RENAMED: ReadonlySet<Constraint['type']> = new Set(['primary', 'unique', 'foreign', 'exclude'])

/**
 * A key under another name is the same key: made anew, its rows would be unguarded until its index is built. Of a table's primary key
 * so is one of other columns: the name first, then the change that lets no row through.
 */
export function keyRenames(from: Catalog, to: Catalog): readonly Rename[] {
  const olds = bySignature(from, to)
  if (olds.size === 0) return []
  const news = bySignature(to, from)
  return [...olds].flatMap(([signature, [old, ...more]]) => {
    const [now, ...others] = news.get(signature) ?? []
    return old === undefined || now === undefined || more.length + others.length > 0
      ? []
      : [{ from: old, to: now }]
  })
}

/** Those that the other state does not have, of tables that both have. */
function bySignature(catalog: Catalog, other: Catalog): ReadonlyMap<string, readonly ObjectKey[]> {
  const found = new Map<string, ObjectKey[]>()
  for (const object of catalog.objects.values()) {
    if (object.kind !== 'constraint' || object.parent !== undefined || !RENAMED.has(object.type)) continue
    if (other.objects.has(object.key) || !other.objects.has(object.table)) continue
    const what = object.type === 'primary' ? '' : object.definition
    const signature = `${object.type} ${object.table} ${what}`
    addTo(found, signature, object.key)
  }
  return found
}
