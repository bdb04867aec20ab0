import type { PlanStatement } from '../../diff/index.ts'
import { type Catalog, nameIn, type ObjectKey, type Table } from '../../model/index.ts'

/** Tables that a plan makes. */
export interface NewTables {
  readonly all: ReadonlyMap<ObjectKey, Table>
  /** The table whose partition it is, or a partition of a partition. */
  rootOf(table: ObjectKey): ObjectKey
  /** Whether `key` needs nothing but `table`, what is in it, and what was there before and stays. */
  isOf(table: ObjectKey, key: ObjectKey): boolean
}

interface Sides {
  readonly from: Catalog
  readonly to: Catalog
}

export function newTables({ from, to }: Sides): NewTables {
  const all = new Map(
    [...to.objects].flatMap(([key, object]) =>
      object.kind === 'table' && !from.objects.has(key) ? [[key, object] as const] : [],
    ),
  )
  const rootOf = (key: ObjectKey): ObjectKey => {
    const parent = all.get(key)?.partitionOf?.parent
    return parent !== undefined && all.has(parent) ? rootOf(parent) : key
  }
  const stays = (key: ObjectKey) => {
    const before = from.objects.get(key)
    return before !== undefined && JSON.stringify(before) === JSON.stringify(to.objects.get(key))
  }
  const within = (table: ObjectKey, key: ObjectKey) => {
    const object = to.objects.get(key)
    return key === table || (object !== undefined && 'table' in object && object.table === table)
  }
  return {
    all,
    rootOf,
    isOf: (table, key) =>
      [...(to.needs.get(key) ?? [])].every(
        (need) => within(table, need) || isSchemaOf(table, need) || stays(need),
      ),
  }
}

/** The schema of a table is there before it. */
function isSchemaOf(table: ObjectKey, need: ObjectKey): boolean {
  return need.startsWith('schema ') && nameIn(table).startsWith(`${nameIn(need)}.`)
}

const CREATE = /^CREATE (?:UNLOGGED )?TABLE ((?:"(?:[^"]|"")*"\.?)+) \(\n/

/** Where the CREATE TABLE of each table that has columns of its own stands. */
export function createsIn(statements: readonly PlanStatement[]): ReadonlyMap<ObjectKey, number> {
  return new Map(
    statements.flatMap(({ sql }, i) => {
      const name = CREATE.exec(sql)?.[1]
      return name === undefined ? [] : [[`table ${name}` as ObjectKey, i] as const]
    }),
  )
}
