import type { ColumnFill, GeneratorSpec, Profile, TableFill } from './profile.ts'
import { blockOf, compileRows } from './rows.ts'
import { eachSpec, mapSpecs } from './specs.ts'

export const KINDS: ReadonlySet<unknown> = new Set(['reference', 'children', 'childNumber'])

function keyOf({ table }: TableFill): string {
  return `${table.schema}.${table.name}`
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
      const offset = parent.offset === undefined ? {} : { offset: parent.offset }
      return Object.freeze({ ...spec, rows: parent.rows, ...offset, ...generator })
    }
    const columns = fill.columns.map((column) =>
      Object.freeze({ ...column, generator: mapSpecs(column.generator, refresh) as GeneratorSpec }),
    )
    if (!changed) return fill
    const rows = nearestRows(fill.rows, columns)
    const made = Object.freeze({ ...fill, rows, columns: Object.freeze(columns) })
    // Other numbers of rows may not go together.
    compileRows(made, { seed: 0, block: blockOf(1 + (made.offset ?? 0)) })
    tables.set(keyOf(fill), made)
    return made
  })
  return Object.freeze({ ...profile, tables: Object.freeze(linked) })
}

/** Rounding after --rows or --scale may leave fewer children than the parents must have, or more than they may have. */
function nearestRows(rows: number, columns: readonly ColumnFill[]): number {
  return columns
    .flatMap(({ generator }) => eachSpec(generator))
    .filter(({ kind }) => kind === 'children')
    .reduce((nearest, spec) => {
      const degrees = Object.keys(spec.degrees ?? {}).map(Number)
      const [least, most] = [Number(spec.min ?? 1), Number(spec.max)]
      const parents = Number(spec.rows)
      const [low, high] = degrees.length > 0 ? [Math.min(...degrees), Math.max(...degrees)] : [least, most]
      return Math.max(1, Math.min(Math.max(nearest, low * parents), high * parents))
    }, rows)
}

/** A table that generators refer to and that is not among these. */
export function unknownParent(tables: readonly TableFill[]): string | undefined {
  const known = new Set(tables.map(keyOf))
  return tables
    .flatMap(({ columns }) => columns.flatMap(({ generator }) => eachSpec(generator)))
    .filter(({ kind }) => KINDS.has(kind))
    .map(({ table }) => String(table))
    .find((table) => !known.has(table))
}
