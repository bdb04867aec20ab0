import { addTo } from '../kernel/index.ts'
import type { Catalog, Constraint, ObjectKey, SchemaObject } from '../model/index.ts'
import type { RenamedKeys } from './rename-keys.ts'
import { renameSelf } from './rename-text.ts'
import type { Rename } from './rule.ts'

interface Sides {
  /** As it was, as the declared renames make it, and where to find the one in the other. */
  readonly catalog: Catalog
  readonly after: Catalog
  readonly keys: RenamedKeys
  readonly goal: Catalog
}

/**
 * Constraints, indexes and owned sequences of a renamed table are mostly named after it: where one of the old state and one of the new
 * say the same, it is the same under another name.
 */
export function renamesAlong(
  declared: readonly Rename[],
  { catalog, after, keys, goal }: Sides,
): readonly Rename[] {
  const tables = tablesOf(declared, { catalog, keys })
  const fresh = bySignature(
    [...goal.objects.values()].filter(({ key }) => !after.objects.has(key)),
    tables,
  )
  const stale = bySignature(
    [...after.objects.values()].filter(({ key }) => !goal.objects.has(key)),
    tables,
  )
  const before = new Map([...catalog.objects.keys()].map((key) => [keys.of(key), key]))
  return [...stale].flatMap(([signature, olds]): readonly Rename[] => {
    const news = fresh.get(signature) ?? []
    const from = olds.length === 1 && news.length === 1 ? before.get(olds[0]!) : undefined
    return from === undefined ? [] : [{ from, to: news[0]! }]
  })
}

/** Under their new names. */
function tablesOf(
  declared: readonly Rename[],
  { catalog, keys }: Pick<Sides, 'catalog' | 'keys'>,
): ReadonlySet<ObjectKey> {
  return new Set(
    declared.flatMap(({ from }) => {
      const object = catalog.objects.get(from)
      if (object?.kind === 'table') return [keys.of(object.key)]
      return object?.kind === 'column' ? [keys.of(object.table)] : []
    }),
  )
}

function bySignature(
  objects: readonly SchemaObject[],
  tables: ReadonlySet<ObjectKey>,
): ReadonlyMap<string, readonly ObjectKey[]> {
  const found = new Map<string, ObjectKey[]>()
  for (const object of objects) {
    const signature = signatureOf(object, tables)
    if (signature !== undefined) addTo(found, signature, object.key)
  }
  return found
}

/** A foreign key is often named after the table that it points at, too. */
function isAbout({ table, references }: Constraint, tables: ReadonlySet<ObjectKey>): boolean {
  return tables.has(table) || (references !== undefined && tables.has(references))
}

function signatureOf(object: SchemaObject, tables: ReadonlySet<ObjectKey>): string | undefined {
  switch (object.kind) {
    case 'constraint':
      if (object.parent !== undefined || !isAbout(object, tables)) return undefined
      return `constraint ${object.table} ${object.type} ${object.definition}`
    case 'index':
      if (object.parent ?? object.constraint) return undefined
      return tables.has(object.table)
        ? `index ${renameSelf(object.definition, object.name.name, 'x')}`
        : undefined
    case 'statistics':
      return tables.has(object.table)
        ? `statistics ${renameSelf(object.definition, object.name.name, 'x')}`
        : undefined
    case 'sequence': {
      const { ownedBy } = object
      const owned =
        ownedBy !== undefined &&
        [...tables].some((table) => ownedBy.startsWith(`column ${table.slice('table '.length)}.`))
      return owned ? `sequence ${ownedBy}` : undefined
    }
    default:
      return undefined
  }
}
