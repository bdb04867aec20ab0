import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Sql } from '../../src/db/index.ts'
import { ident, literal } from '../../src/kernel/index.ts'
import { KEEP_PLAN } from './keep-plans.ts'
import { keyValues, plainValue } from './seed-values.ts'

const QUERY = readFileSync(join(import.meta.dirname, 'seed-tables.sql'), 'utf8')
/** Rows that are tried for one table; those that its constraints refuse are left out. */
const TRIES = 400
const PLAIN_ROWS = 12

export interface SeedColumn {
  readonly name: string
  readonly type: string
  /** pg_type.typname below domains and arrays. */
  readonly base: string
  readonly isArray: boolean
  readonly labels: readonly string[] | null
  readonly nullable: boolean
  /** By the server: identity, serial, generated. */
  readonly filled: boolean
  /** Of a partition key, at any level. */
  readonly key: boolean
  readonly hash: boolean
}

interface ForeignKey {
  readonly to: string
  readonly columns: readonly string[]
  readonly target: readonly string[]
}

interface SeedTable {
  /** As SQL writes it. */
  readonly name: string
  readonly partitioned: boolean
  readonly columns: readonly SeedColumn[]
  readonly bounds: readonly string[]
  readonly foreignKeys: readonly ForeignKey[]
  readonly checks: readonly { readonly expression: string; readonly columns: readonly string[] | null }[]
  readonly uniques: readonly (readonly string[])[]
}

/**
 * Fills every table of a database, partitions through their parents, with a few rows that its own constraints and those of
 * `other` (the state that it is to be led to) let in.
 */
export async function seedTables(sql: Sql, other: Sql): Promise<void> {
  const [tables, others] = await Promise.all([read(sql), read(other)])
  const known = new Map(others.map((table) => [table.name, table]))
  const merged = tables.map((table) => mergeTables(table, known.get(table.name)))
  const there = new Map(
    tables.map(({ name, columns }) => [name, new Set(columns.map((column) => column.name))]),
  )
  for (const table of inOrder(merged.map((one) => keepReferences(one, there)))) {
    const statement = fillStatement(table)
    if (statement !== undefined) await sql.unsafe(statement)
  }
}

function read(sql: Sql): Promise<readonly SeedTable[]> {
  return sql.begin(async (tx) => {
    await tx.unsafe(`set local search_path = ''`)
    return tx.unsafe<SeedTable[]>(QUERY, [], KEEP_PLAN)
  })
}

/** Referenced tables before those that refer to them; of a cycle the first by name. */
function inOrder(tables: readonly SeedTable[]): readonly SeedTable[] {
  const left = new Map(tables.map((table) => [table.name, table]))
  const order: SeedTable[] = []
  while (left.size > 0) {
    const next =
      [...left.values()].find((table) =>
        table.foreignKeys.every(({ to }) => to === table.name || !left.has(to)),
      ) ?? [...left.values()][0]!
    left.delete(next.name)
    order.push(next)
  }
  return order
}

/** A row has to suit both states: no NULL where one has NOT NULL, both foreign keys, the checks of both. */
function mergeTables(table: SeedTable, other: SeedTable | undefined): SeedTable {
  if (other === undefined) return table
  const names = new Set(table.columns.map(({ name }) => name))
  const has = (columns: readonly string[] | null) => (columns ?? []).every((name) => names.has(name))
  return {
    ...table,
    columns: table.columns.map((column) => {
      const twin = other.columns.find(({ name }) => name === column.name)
      const labels =
        column.labels?.filter((label) => column.key || (twin?.labels?.includes(label) ?? true)) ?? null
      return twin === undefined
        ? column
        : {
            ...column,
            labels: labels?.length === 0 ? column.labels : labels,
            nullable: column.nullable && twin.nullable,
            key: column.key || twin.key,
            hash: column.hash || twin.hash,
          }
    }),
    bounds: [...table.bounds, ...other.bounds],
    foreignKeys: [...table.foreignKeys, ...other.foreignKeys.filter(({ columns }) => has(columns))],
    checks: [...table.checks, ...other.checks.filter(({ columns }) => has(columns))],
    uniques: [...table.uniques, ...other.uniques.filter(has)],
  }
}

/** Without foreign keys of the other state to what this one does not have. */
function keepReferences(table: SeedTable, there: ReadonlyMap<string, ReadonlySet<string>>): SeedTable {
  const foreignKeys = table.foreignKeys.filter(({ to, target }) =>
    target.every((column) => there.get(to)?.has(column)),
  )
  return { ...table, foreignKeys }
}

/** One block that tries row after row: what a constraint or the lack of a partition refuses is left out. */
function fillStatement(table: SeedTable): string | undefined {
  const rows = candidates(table)
  if (rows.length === 0) return undefined
  // Of the other state: a row that they refuse is taken back.
  const refused = [
    ...table.checks.map(({ expression }) => `select from ${table.name} where not (${expression})`),
    ...table.uniques.map(
      (columns) =>
        `select from ${table.name} group by ${columns.map((name) => ident(name)).join(', ')} having count(*) > 1`,
    ),
  ]
  const checks = refused.map((query) => `if exists (${query}) then raise 'refused'; end if;`)
  const tries = rows.map((row) => `begin ${row}; ${checks.join(' ')} exception when others then null; end;`)
  return `set search_path = ''; do ${literal(`begin ${tries.join('\n')} end`)}; reset search_path`
}

function candidates(table: SeedTable): readonly string[] {
  const columns = table.columns.filter(({ filled }) => !filled)
  const insert = (values: ReadonlyMap<string, string>) =>
    values.size === 0
      ? `insert into ${table.name} default values`
      : `insert into ${table.name} (${[...values.keys()].map((name) => ident(name)).join(', ')}) values (${[...values.values()].join(', ')})`
  const keys = keyRows(
    columns.filter(({ key }) => key),
    table.bounds,
  )
  const rows = table.partitioned
    ? spread(keys)
    : Array<ReadonlyMap<string, string>>(PLAIN_ROWS).fill(new Map())
  return rows.map((key, at) => {
    const values = new Map<string, string>()
    for (const column of columns) values.set(column.name, key.get(column.name) ?? plainValue(column, at + 1))
    for (const foreign of table.foreignKeys) referTo({ table, foreign, values, at })
    return insert(values)
  })
}

/** As many as are tried, from everywhere. */
function spread<T>(all: readonly T[]): readonly T[] {
  const step = Math.max(1, all.length / TRIES)
  return Array.from({ length: Math.min(all.length, TRIES) }, (_, at) => all[Math.floor(at * step)]!)
}

/** Every value of each key column with every value of the others. */
function keyRows(
  columns: readonly SeedColumn[],
  bounds: readonly string[],
): readonly ReadonlyMap<string, string>[] {
  let rows: ReadonlyMap<string, string>[] = [new Map()]
  for (const column of columns) {
    const values = keyValues(column, bounds)
    rows = rows.flatMap((row) => values.map((value) => new Map([...row, [column.name, value]])))
  }
  return rows
}

interface Reference {
  readonly table: SeedTable
  readonly foreign: ForeignKey
  readonly values: Map<string, string>
  readonly at: number
}

function referTo({ table, foreign, values, at }: Reference): void {
  const target = foreign.target.map((name) => ident(name)).join(', ')
  foreign.columns.forEach((name, index) => {
    const column = table.columns.find((one) => one.name === name)
    if (column === undefined || column.filled) return
    const own = foreign.to === table.name ? values.get(foreign.target[index]!) : undefined
    if (foreign.to === table.name && column.nullable) values.set(name, 'null')
    else if (foreign.to === table.name) values.set(name, own ?? 'null')
    else
      values.set(
        name,
        `(select ${ident(foreign.target[index]!)} from ${foreign.to} order by ${target} offset ${at} % greatest(1, (select count(*) from ${foreign.to})) limit 1)`,
      )
  })
}
