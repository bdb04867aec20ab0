import { type ObjectKey, type SchemaObject, same } from '../model/index.ts'

type Objects = ReadonlyMap<ObjectKey, SchemaObject>
type Needs = ReadonlyMap<ObjectKey, ReadonlySet<ObjectKey>>

/**
 * Several catalogs that are held at one time and are mostly the same, as the two sides of a comparison are: what is equal in them is
 * kept once, which is half of their memory, and is seen to be equal at once. Given to each reading; they may run beside each other.
 */
export class SharedObjects {
  readonly #objects: Objects[] = []
  /** Only of those that are read to the end: until then sets of needs grow. */
  readonly #needs: Needs[] = []

  /** A reading begins, or is done. */
  join(objects: Objects): void {
    this.#objects.push(objects)
  }

  done(needs: Needs): void {
    this.#needs.push(needs)
  }

  key(key: ObjectKey): ObjectKey {
    for (const objects of this.#objects) {
      const known = objects.get(key)
      if (known !== undefined) return known.key
    }
    return key
  }

  object(object: SchemaObject): SchemaObject {
    for (const objects of this.#objects) {
      const known = objects.get(object.key)
      if (known !== undefined && same(known, object)) return known
    }
    return Object.freeze(object)
  }

  needs(key: ObjectKey, set: ReadonlySet<ObjectKey>): ReadonlySet<ObjectKey> {
    for (const needs of this.#needs) {
      const known = needs.get(key)
      if (known !== undefined && isSameSet(known, set)) return known
    }
    return set
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
