import { type Catalog, type Index, memberKey, type ObjectKey, type SchemaObject } from '../model/index.ts'

/** Estimates, places and states that are no part of a schema, and a name that mostly the server chose. */
const NOT_COMPARED = new Set(['size', 'position', 'populated', 'key', 'notNullName'])
const SHORT = 300

/** What an object goes with: of two that differ for the same reason only the upper one is worth a line. */
export function ownersOf(object: SchemaObject, catalog: Catalog): readonly ObjectKey[] {
  const owners: (ObjectKey | undefined)[] = []
  if ('table' in object) owners.push(object.table)
  if ('on' in object) owners.push(object.on)
  if ('parent' in object) owners.push(object.parent)
  if (object.kind === 'index') owners.push(object.constraint)
  if (object.kind === 'sequence') owners.push(object.ownedBy)
  if (object.kind === 'table') owners.push(object.partitionOf?.parent)
  if (object.kind === 'column' && object.inherited) {
    const table = catalog.objects.get(object.table)
    const parents = table?.kind === 'table' ? [...table.inherits, table.partitionOf?.parent] : []
    owners.push(...parents.map((parent) => parent && memberKey('column', parent, object.name)))
  }
  return owners.filter((key) => key !== undefined)
}

export interface ChangedFields {
  readonly expected: string
  readonly found: string
}

/** The fields that differ, as both have them; undefined where none does. */
export function changedFields(expected: SchemaObject, found: SchemaObject): ChangedFields | undefined {
  const [a, b] = [expected, found].map((o) => unnamed(o) as unknown as Record<string, unknown>)
  const names = [...new Set([...Object.keys(a!), ...Object.keys(b!)])].filter(
    (name) => !NOT_COMPARED.has(name),
  )
  const different = names.filter((name) => canonical(a![name]) !== canonical(b![name]))
  if (different.length === 0) return undefined
  return { expected: shortly(a!, different), found: shortly(b!, different) }
}

/** What stands under its parent's has a name that the server chose: it is no part of it. */
function unnamed(object: SchemaObject): object {
  if (object.kind !== 'index' && object.kind !== 'constraint') return object
  if (object.parent === undefined) return object
  const { name: _name, definition, ...rest } = object
  return { ...rest, definition: object.kind === 'index' ? shapeOf(object) : definition }
}

/** A definition without the names of the index and its table. */
export function shapeOf({ definition, unique }: Index): string {
  return `${unique ? 'UNIQUE' : ''}${definition.slice(definition.indexOf(' USING '))}`
}

function shortly(object: Record<string, unknown>, names: readonly string[]): string {
  const parts = names.map((name) => {
    const value = object[name]
    const text = typeof value === 'string' ? value.replaceAll(/\s+/g, ' ') : (canonical(value) ?? 'none')
    return names.length === 1 && typeof value === 'string' ? text : `${name}: ${text}`
  })
  const text = parts.join(', ')
  return text.length > SHORT ? `${text.slice(0, SHORT)} …` : text
}

/** Keys in order; a missing property equals an undefined one. */
function canonical(value: unknown): string | undefined {
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item) ?? 'null').join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const entries = Object.entries(value)
    .filter(([, v]) => v !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([k, v]) => `${k}: ${canonical(v)}`)
  return `{${entries.join(', ')}}`
}
