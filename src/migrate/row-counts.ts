import type { ReservedSql } from '../db/index.ts'
import type { PlanStatement, Rename } from '../diff/index.ts'
import { addTo, ident } from '../kernel/index.ts'
import { type Catalog, nameIn, type ObjectKey, type Table } from '../model/index.ts'
import { parse } from '../sql/index.ts'
import { lossesOf } from './data-loss.ts'

/** Rows of one table, and of each column how many are not null. */
export interface RowCount {
  readonly rows: number
  readonly columns: ReadonlyMap<string, number>
}

export type RowCounts = ReadonlyMap<ObjectKey, RowCount>

/** Of every table that holds rows itself: plain ones and leaves. */
export async function countRows(session: ReservedSql, catalog: Catalog): Promise<RowCounts> {
  const columns = new Map<ObjectKey, string[]>()
  for (const object of catalog.objects.values()) {
    if (object.kind === 'column') addTo(columns, object.table, object.name)
  }
  const counts = new Map<ObjectKey, RowCount>()
  for (const { key } of holders(catalog)) {
    const names = columns.get(key) ?? []
    const list = ['count(*)', ...names.map((name) => `count(${ident(name)})`)].map(
      (sql, i) => `${sql}::int as c${i}`,
    )
    const [row] = await session.unsafe<Record<string, number>[]>(
      `select ${list.join(', ')} from only ${nameIn(key)}`,
    )
    counts.set(key, { rows: row!.c0!, columns: new Map(names.map((name, i) => [name, row![`c${i + 1}`]!])) })
  }
  return counts
}

function holders({ objects }: Catalog): readonly Table[] {
  return [...objects.values()].filter(
    (object): object is Table => object.kind === 'table' && object.partitionKey === undefined,
  )
}

export interface Survival {
  readonly from: Catalog
  readonly to: Catalog
  readonly before: RowCounts
  readonly after: RowCounts
  readonly statements: readonly PlanStatement[]
  readonly renames: readonly Rename[]
}

/**
 * What is gone without a statement that says so, as a sentence; undefined where nothing is. Rows may move between the tables
 * that are one partitioned table before or after.
 */
export async function findLoss(survival: Survival): Promise<string | undefined> {
  const declared = await declaredLosses(survival.statements)
  const named = renamer(survival.renames)
  const groups = groupTables(survival, named)
  const sums = new Map<ObjectKey, { rows: number; columns: Map<string, number>; tables: string[] }>()
  const sumOf = (group: ObjectKey) => {
    const sum = sums.get(group) ?? { rows: 0, columns: new Map<string, number>(), tables: [] }
    sums.set(group, sum)
    return sum
  }
  for (const [key, count] of survival.before) {
    if (isDeclared(declared, survival.from, key) || count.rows === 0) continue
    const sum = sumOf(groups(named(key)))
    sum.rows -= count.rows
    sum.tables.push(nameIn(key))
    for (const [column, values] of count.columns) {
      if (declared.columns.has(column)) continue
      const name = named(columnKey(key, column), column)
      sum.columns.set(name, (sum.columns.get(name) ?? 0) - values)
    }
  }
  for (const [key, count] of survival.after) {
    const sum = sums.get(groups(key))
    if (sum === undefined) continue
    sum.rows += count.rows
    for (const [column, values] of count.columns)
      if (sum.columns.has(column)) sum.columns.set(column, sum.columns.get(column)! + values)
  }
  for (const { rows, columns, tables } of sums.values()) {
    if (rows < 0) return `${-rows} rows of ${tables.join(', ')} are gone`
    for (const [column, values] of columns) {
      if (values < 0)
        return `${-values} values of the column ${ident(column)} of ${tables.join(', ')} are gone`
    }
  }
  return undefined
}

interface Declared {
  readonly tables: ReadonlySet<string>
  /** By name alone: a column of a partitioned table goes in all of its partitions. */
  readonly columns: ReadonlySet<string>
}

/** What statements drop that carry a danger of that kind. */
async function declaredLosses(statements: readonly PlanStatement[]): Promise<Declared> {
  const dangerous = statements.filter(({ hazards }) => hazards.some((h) => h.severity === 'drop'))
  const { stmts = [] } = await parse(dangerous.map(({ sql }) => `${sql};`).join('\n'))
  const losses = stmts.flatMap(({ stmt }) => (stmt ? lossesOf(stmt) : []))
  return {
    tables: new Set(losses.flatMap((l) => (l.kind === 'table' ? [l.table] : []))),
    columns: new Set(losses.flatMap((l) => (l.kind === 'column' ? [l.column] : []))),
  }
}

/** By itself, or with a table that it is a partition of. */
function isDeclared(declared: Declared, from: Catalog, key: ObjectKey): boolean {
  if (declared.tables.has(nameIn(key))) return true
  const table = from.objects.get(key)
  return table?.kind === 'table' && table.partitionOf !== undefined
    ? isDeclared(declared, from, table.partitionOf.parent)
    : false
}

function columnKey(table: ObjectKey, column: string): ObjectKey {
  return `column ${nameIn(table)}.${ident(column)}` as ObjectKey
}

interface Renamer {
  (key: ObjectKey): ObjectKey
  /** The name of a column afterwards. */
  (key: ObjectKey, column: string): string
}

function renamer(renames: readonly Rename[]): Renamer {
  const map = new Map(renames.map(({ from, to }) => [from, to]))
  const rename = (key: ObjectKey, column?: string) => {
    const found = map.get(key) ?? key
    if (column === undefined) return found
    const last = /"((?:[^"]|"")+)"$/.exec(nameIn(found))?.[1]
    return last?.replaceAll('""', '"') ?? column
  }
  return rename as Renamer
}

/** Union-find over tables by name: those of one tree, before or after, are one group. */
function groupTables({ from, to }: Survival, named: (key: ObjectKey) => ObjectKey) {
  const parent = new Map<ObjectKey, ObjectKey>()
  const find = (key: ObjectKey): ObjectKey => {
    const up = parent.get(key)
    return up === undefined || up === key ? key : find(up)
  }
  for (const [catalog, name] of [
    [from, named],
    [to, (key: ObjectKey) => key],
  ] as const) {
    for (const object of catalog.objects.values()) {
      if (object.kind !== 'table' || object.partitionOf === undefined) continue
      parent.set(find(name(object.key)), find(name(object.partitionOf.parent)))
    }
  }
  return find
}
