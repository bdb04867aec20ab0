import { type ObjectKey, type SchemaObject, same } from '../model/index.ts'

/**
 * Several catalogs that are held at one time and are mostly the same, as the two sides of a comparison are: what is equal in them is
 * kept once, which is half of their memory, and is seen to be equal at once. Given to each reading; they may run beside each other.
 */
export class SharedObjects {
  readonly #objects = new Map<ObjectKey, SchemaObject>()
  readonly #needs = new Map<ObjectKey, ReadonlySet<ObjectKey>>()

  key(key: ObjectKey): ObjectKey {
    return this.#objects.get(key)?.key ?? key
  }

  object(object: SchemaObject): SchemaObject {
    const known = this.#objects.get(object.key)
    if (known !== undefined && same(known, object)) return known
    if (known === undefined) this.#objects.set(object.key, object)
    return Object.freeze(object)
  }

  needs(key: ObjectKey, set: ReadonlySet<ObjectKey>): ReadonlySet<ObjectKey> {
    const known = this.#needs.get(key)
    if (known === undefined) this.#needs.set(key, set)
    return known !== undefined && isSameSet(known, set) ? known : set
  }
}

function isSameSet(a: ReadonlySet<ObjectKey>, b: ReadonlySet<ObjectKey>): boolean {
  if (a === b) return true
  if (a.size !== b.size) return false
  // In the same order, too: then nothing can tell which of the two it is.
  const others = b.values()
  for (const key of a) if (key !== others.next().value) return false
  return true
}
