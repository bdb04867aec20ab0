import { globRegExp, type QualifiedName } from '../kernel/index.ts'
import type { Catalog, ObjectKey, SchemaObject } from './catalog.ts'

/** What belongs to a project, as patterns; `!` in front: all but these. Empty lists: everything. */
export interface Only {
  readonly schemas: readonly string[]
  readonly tables: readonly string[]
}

/**
 * The catalog without what belongs to others, and without what belongs to that: it is neither compared nor changed. `expected`:
 * what is in it belongs to the project, whatever the patterns say.
 */
export function onlyOwn(
  catalog: Catalog,
  { schemas, tables }: Only,
  expected?: Pick<ReadonlySet<ObjectKey>, 'has'>,
): Catalog {
  if (schemas.length === 0 && tables.length === 0) return catalog
  const inSchema = matcher(schemas)
  const isOwnTable = matcher(tables)
  const foreign = new Set<ObjectKey>()
  for (const object of catalog.objects.values()) {
    if (ownersOf(object).length > 0) continue
    const { schema, name } = placeOf(object)
    const relation = ['table', 'view', 'matview'].includes(object.kind)
    const own =
      (schema === undefined || inSchema(schema)) &&
      (!relation || isOwnTable(name, ...(schema === undefined ? [] : [`${schema}.${name}`])))
    if (!own && !expected?.has(object.key)) foreign.add(object.key)
  }
  withMembers(catalog, foreign)
  const objects = [...catalog.objects].filter(([key]) => !foreign.has(key))
  const needs = [...catalog.needs]
    .filter(([key]) => !foreign.has(key))
    .map(([key, needed]) => [key, new Set([...needed].filter((need) => !foreign.has(need)))] as const)
  return Object.freeze({ ...catalog, objects: new Map(objects), needs: new Map(needs) })
}

/** One of the patterns fits, or there are only those with `!`; and none of these fits. */
function matcher(patterns: readonly string[]): (...names: readonly string[]) => boolean {
  const read = (list: readonly string[]) => list.map((text) => globRegExp(text) ?? /^$/)
  const wanted = read(patterns.filter((text) => !text.startsWith('!')))
  const unwanted = read(patterns.filter((text) => text.startsWith('!')).map((text) => text.slice(1)))
  return (...names) => {
    const fits = (list: readonly RegExp[]) => list.some((pattern) => names.some((name) => pattern.test(name)))
    return (wanted.length === 0 || fits(wanted)) && !fits(unwanted)
  }
}

function placeOf(object: SchemaObject): { readonly schema: string | undefined; readonly name: string } {
  if (object.kind === 'schema') return { schema: object.name, name: object.name }
  if (object.kind === 'extension') return { schema: undefined, name: object.name }
  const named =
    'name' in object && typeof object.name === 'object' ? (object.name as QualifiedName) : undefined
  return { schema: named?.schema, name: named?.name ?? '' }
}

/** Columns, constraints, indexes, owned sequences, partitions, comments and grants go with what they are of. */
function withMembers(catalog: Catalog, foreign: Set<ObjectKey>): void {
  for (let before = -1; before !== foreign.size; ) {
    before = foreign.size
    for (const object of catalog.objects.values())
      if (ownersOf(object).some((owner) => foreign.has(owner))) foreign.add(object.key)
  }
}

function ownersOf(object: SchemaObject): readonly ObjectKey[] {
  const { table, on, ownedBy } = object as {
    readonly table?: ObjectKey
    readonly on?: ObjectKey
    readonly ownedBy?: ObjectKey
  }
  const parent = object.kind === 'table' ? object.partitionOf?.parent : undefined
  return [table, on, ownedBy, parent].filter((key) => key !== undefined)
}
