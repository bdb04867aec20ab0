import type { GeneratorSpec, Profile, TableFill } from './profile.ts'
import { compileRows } from './rows.ts'

const KINDS: ReadonlySet<unknown> = new Set(['reference', 'children', 'childNumber'])

function isSpec(value: unknown): value is GeneratorSpec {
  return typeof value === 'object' && value !== null && 'kind' in value && typeof value.kind === 'string'
}

function keyOf({ table }: TableFill): string {
  return `${table.schema}.${table.name}`
}

/** Each value within a spec, with specs changed by `change`. */
function mapSpecs(value: unknown, change: (spec: GeneratorSpec) => GeneratorSpec): unknown {
  if (Array.isArray(value) || typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, own]) => [key, mapSpecs(own, change)])
  const mapped: object = Object.freeze(Object.fromEntries(entries))
  return isSpec(mapped) ? change(mapped) : mapped
}

/** Generators that refer to other tables, with those tables' numbers of rows and generators as they are now. Throws SEED_INVALID. */
export function relink(profile: Profile): Profile {
  const tables = new Map(profile.tables.map((fill) => [keyOf(fill), fill]))
  const linked = profile.tables.map((fill) => {
    let changed = false
    const refresh = (spec: GeneratorSpec): GeneratorSpec => {
      const parent = KINDS.has(spec.kind) ? tables.get(String(spec.table)) : undefined
      if (parent === undefined) return spec
      changed = true
      const column = parent.columns.find(({ name }) => name === spec.column)
      const generator = column === undefined ? {} : { generator: mapSpecs(column.generator, refresh) }
      return Object.freeze({ ...spec, rows: parent.rows, ...generator })
    }
    const columns = fill.columns.map((column) =>
      Object.freeze({ ...column, generator: mapSpecs(column.generator, refresh) as GeneratorSpec }),
    )
    if (!changed) return fill
    const made = Object.freeze({ ...fill, columns: Object.freeze(columns) })
    // Other numbers of rows may not go together.
    compileRows(made, { seed: 0, block: 0 })
    return made
  })
  return Object.freeze({ ...profile, tables: Object.freeze(linked) })
}

/** A table that generators refer to and that is not among these. */
export function unknownParent(tables: readonly TableFill[]): string | undefined {
  const known = new Set(tables.map(keyOf))
  const unknown: string[] = []
  for (const fill of tables)
    for (const { generator } of fill.columns)
      mapSpecs(generator, (spec) => {
        if (KINDS.has(spec.kind) && !known.has(String(spec.table))) unknown.push(String(spec.table))
        return spec
      })
  return unknown[0]
}
