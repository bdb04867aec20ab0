import { displayName, type QualifiedName } from '../kernel/index.ts'
import type { Catalog } from '../model/index.ts'

export interface KnownColumn {
  /** As format_type() writes it. */
  type: string
  notNull: boolean
}

export interface KnownCheck {
  readonly name: string
  /** Columns that it proves to be not null. */
  readonly notNull: readonly string[]
  readonly columns: readonly string[]
  valid: boolean
}

/** What is known of a table or materialized view, at the point of the file that is looked at. */
export interface KnownTable {
  readonly name: QualifiedName
  /** Made in this file: nobody uses it yet. */
  fresh: boolean
  /** False: it was not seen to be made, so what is not noted here may be there all the same. */
  known: boolean
  /** Rows were put into it, or it was there before. */
  filled: boolean
  partitioned: boolean
  /** Columns of the partition key; empty where it is an expression. */
  key: readonly string[]
  parent: KnownTable | undefined
  readonly partitions: Set<KnownTable>
  defaultPartition: KnownTable | undefined
  readonly columns: Map<string, KnownColumn>
  readonly checks: Map<string, KnownCheck>
  /** Columns of indexes, by the name of the index. */
  readonly indexes: Map<string, KnownIndex>
  /** Of the server; undefined without a catalog. */
  size: { readonly rows: number | undefined; readonly bytes: number } | undefined
}

export interface KnownIndex {
  readonly name: QualifiedName
  readonly columns: readonly string[]
  readonly unique: boolean
}

/** The state of the database as far as the catalog and the statements so far tell. */
export class World {
  readonly #tables = new Map<string, KnownTable>()
  /** Volatility of functions of the catalog: false is volatile. */
  readonly stableFunctions = new Map<string, boolean>()
  readonly catalog: Catalog | undefined

  constructor(catalog?: Catalog) {
    this.catalog = catalog
  }

  /** Never undefined: a table that was not seen to be made is one that is there. */
  table(name: QualifiedName): KnownTable {
    return this.find(name) ?? this.#add(blankTable(name))
  }

  find(name: QualifiedName): KnownTable | undefined {
    return this.#tables.get(displayName(name))
  }

  /** Whether CREATE … IF NOT EXISTS makes it. Without a catalog nobody knows: it may be there, and in use. */
  isMade(name: QualifiedName): boolean {
    return this.catalog !== undefined && this.find(name) === undefined
  }

  /** A new table takes the place of one that had the name; a server that has the table knows its size. */
  make(name: QualifiedName, facts: Partial<KnownTable>): KnownTable {
    const size = this.find(name)?.size
    return this.#add({ ...blankTable(name), known: true, size, ...facts })
  }

  remove(name: QualifiedName): void {
    const table = this.find(name)
    if (table === undefined) return
    this.detach(table)
    this.#tables.delete(displayName(name))
  }

  rename(from: QualifiedName, to: QualifiedName): void {
    const table = this.find(from)
    if (table === undefined) return
    this.#tables.delete(displayName(from))
    this.#add(Object.assign(table, { name: to }))
  }

  attach(parent: KnownTable, table: KnownTable, options: { readonly asDefault: boolean }): void {
    parent.partitioned = true
    parent.partitions.add(table)
    table.parent = parent
    if (options.asDefault) parent.defaultPartition = table
  }

  detach(table: KnownTable): void {
    const { parent } = table
    if (parent === undefined) return
    parent.partitions.delete(table)
    if (parent.defaultPartition === table) parent.defaultPartition = undefined
    table.parent = undefined
  }

  /** The table of an index. Names of indexes are those of their table's schema. */
  tableOfIndex(index: QualifiedName): KnownTable | undefined {
    return [...this.#tables.values()].find((table) => table.indexes.has(displayName(index)))
  }

  /** Another file begins: what was made so far is there and in use. */
  nextFile(): void {
    for (const table of this.#tables.values()) Object.assign(table, { fresh: false, filled: true })
  }

  #add(table: KnownTable): KnownTable {
    this.#tables.set(displayName(table.name), table)
    return table
  }
}

function blankTable(name: QualifiedName): KnownTable {
  return {
    name,
    fresh: false,
    known: false,
    filled: true,
    partitioned: false,
    key: [],
    parent: undefined,
    partitions: new Set(),
    defaultPartition: undefined,
    columns: new Map(),
    checks: new Map(),
    indexes: new Map(),
    size: undefined,
  }
}

/** The tables that hold the rows: those of a partitioned one at all depths. */
export function leavesOf(table: KnownTable): readonly KnownTable[] {
  return table.partitioned ? [...table.partitions].flatMap((partition) => leavesOf(partition)) : [table]
}

/** Of a partitioned table: those of its leaves together. */
export function sizeOf(table: KnownTable): KnownTable['size'] {
  const sizes = leavesOf(table)
    .filter((leaf) => !leaf.fresh)
    .map((leaf) => leaf.size)
  if (sizes.length === 0 || sizes.includes(undefined)) return undefined
  const known = sizes.filter((size) => size !== undefined)
  const rows = known.map((size) => size.rows)
  return {
    rows: rows.includes(undefined) ? undefined : rows.reduce<number>((sum, n) => sum + (n ?? 0), 0),
    bytes: known.reduce((sum, { bytes }) => sum + bytes, 0),
  }
}
