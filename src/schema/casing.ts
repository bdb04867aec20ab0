import { is } from 'drizzle-orm'
import { toCamelCase, toSnakeCase } from 'drizzle-orm/casing'
import { PgTable } from 'drizzle-orm/pg-core'

export type Casing = 'snake_case' | 'camelCase'

/** As Drizzle has them: a column without a name of its own is called like its key. */
interface CasedColumn {
  name: string
  readonly keyAsName: boolean
}

const CASED = new WeakMap<object, Casing>()
const KEYS = new WeakMap<CasedColumn, string>()

/**
 * Drizzle makes the names of columns of their keys when it writes a query or a migration, and keeps the key as the name until then.
 * What we read from a table has to have the name that it will have: the columns of these tables get it for good.
 */
export function applyCasing(imports: Readonly<Record<string, unknown>>, casing: Casing | undefined): void {
  if (casing === undefined) return
  const convert = casing === 'snake_case' ? toSnakeCase : toCamelCase
  for (const table of tablesOf(imports)) {
    if (CASED.has(table)) continue
    CASED.set(table, casing)
    for (const column of columnsOf(table)) {
      KEYS.set(column, column.name)
      column.name = convert(column.name)
    }
  }
}

/** As for applyCasing() before it: what drizzle-kit makes of the names (those of keys, too) is to be what it always makes. */
export function withKeysAsNames<T>(
  imports: Readonly<Record<string, unknown>>,
  run: (casing: Casing | undefined) => T,
): T {
  const tables = tablesOf(imports)
  const columns = tables.flatMap(columnsOf).filter((column) => KEYS.has(column))
  const names = columns.map(({ name }) => name)
  const casing = tables.map((table) => CASED.get(table)).find((one) => one !== undefined)
  try {
    for (const column of columns) column.name = KEYS.get(column)!
    return run(casing)
  } finally {
    for (const [i, column] of columns.entries()) column.name = names[i]!
  }
}

function tablesOf(imports: Readonly<Record<string, unknown>>): readonly PgTable[] {
  return [...new Set(Object.values(imports))].filter((value) => is(value, PgTable))
}

/** Those of the table, and their twins that stand in its third argument. */
function columnsOf(table: PgTable): readonly CasedColumn[] {
  const twice = ['drizzle:Columns', 'drizzle:ExtraConfigColumns'].flatMap((name) =>
    Object.values((Reflect.get(table, Symbol.for(name)) ?? {}) as Record<string, CasedColumn>),
  )
  return [...new Set(twice)].filter(({ keyAsName }) => keyAsName)
}
