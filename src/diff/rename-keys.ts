import { ident } from '../kernel/index.ts'
import {
  annotationKey,
  type Catalog,
  kindIn,
  memberKey,
  nameIn,
  type ObjectKey,
  partKey,
  type SchemaObject,
} from '../model/index.ts'
import { partsOf } from './label.ts'
import type { Rename } from './rule.ts'

const MEMBERS = new Set(['column', 'constraint', 'trigger', 'policy', 'rule'] as const)
type MemberKind = typeof MEMBERS extends Set<infer Kind> ? Kind : never

/** Which key every object of a catalog has after the renames: members, comments and grants move with what they belong to. */
export class RenamedKeys {
  readonly #catalog: Catalog
  readonly #direct: Map<ObjectKey, ObjectKey>
  readonly #known = new Map<ObjectKey, ObjectKey>()

  constructor(catalog: Catalog, renames: readonly Rename[]) {
    this.#catalog = catalog
    this.#direct = new Map(renames.map(({ from, to }) => [from, to]))
    for (const { from, to } of renames) {
      const object = catalog.objects.get(from)
      // The index of a constraint has its name.
      if (object?.kind === 'constraint' && object.index !== undefined && object.parent === undefined) {
        const parts = partsOf(to)
        this.#direct.set(object.index, `index ${ident(parts[0]!, parts.at(-1)!)}` as ObjectKey)
      }
    }
  }

  of(key: ObjectKey): ObjectKey {
    const known = this.#known.get(key)
    if (known) return known
    // A circle of keys cannot be, but a constraint and its index name each other.
    this.#known.set(key, this.#direct.get(key) ?? key)
    const now = this.#compute(key)
    this.#known.set(key, now)
    return now
  }

  #compute(key: ObjectKey): ObjectKey {
    const object = this.#catalog.objects.get(key)
    if (object === undefined) return this.#columnOfView(key)
    const kind = object.kind
    if ('parent' in object && object.parent !== undefined && key.startsWith(`${object.parent} of `))
      return partKey(this.of(object.parent), this.of(object.table))
    if (kind === 'comment') return annotationKey(kind, this.of(object.on))
    if (kind === 'grant') return annotationKey(kind, this.of(object.on), object.role)
    if (isMember(object)) {
      const direct = this.#direct.get(key)
      const name = direct === undefined ? object.name : partsOf(direct).at(-1)!
      return memberKey(object.kind, this.of(object.table), name)
    }
    return this.#direct.get(key) ?? this.#moved(object)
  }

  /** Indexes and owned sequences go to another schema with their table. */
  #moved(object: SchemaObject): ObjectKey {
    const owner =
      object.kind === 'index' ? object.table : object.kind === 'sequence' ? object.ownedBy : undefined
    if (owner === undefined || (object.kind !== 'index' && object.kind !== 'sequence')) return object.key
    const [before] = partsOf(owner)
    const [after] = partsOf(this.of(owner))
    if (before === after || object.name.schema !== before) return object.key
    return `${object.kind} ${ident(after!, object.name.name)}` as ObjectKey
  }

  #columnOfView(key: ObjectKey): ObjectKey {
    if (kindIn(key) !== 'column') return this.#direct.get(key) ?? key
    const [schema, name, column] = partsOf(key)
    if (column === undefined) return key
    for (const kind of ['view', 'matview'] as const) {
      const view = `${kind} ${ident(schema!, name!)}` as ObjectKey
      if (this.#direct.has(view))
        return `column ${nameIn(this.#direct.get(view)!)}.${ident(column)}` as ObjectKey
    }
    return key
  }
}

function isMember(object: SchemaObject): object is Extract<SchemaObject, { kind: MemberKind }> {
  return (MEMBERS as ReadonlySet<string>).has(object.kind)
}
