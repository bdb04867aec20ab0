import type { Catalog, ObjectKey, SchemaObject } from '../../../src/model/index.ts'

/** A catalog of these objects; `needs` from one key to others. */
export function catalogOf(
  objects: readonly SchemaObject[],
  needs: readonly (readonly [ObjectKey, readonly ObjectKey[]])[] = [],
): Catalog {
  return {
    major: 18,
    objects: new Map(objects.map((object) => [object.key, object])),
    needs: new Map(needs.map(([key, of]) => [key, new Set(of)])),
    unknown: [],
  }
}
