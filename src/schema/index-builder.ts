import { is, SQL, type SQLWrapper, sql } from 'drizzle-orm'
import { ident, literal, type QualifiedName, qualified } from '../kernel/index.ts'
import { Extra, type NamedColumn, sqlText } from './extras.ts'

/** A column of a view, for its indexes: `v.hour`, `v.hour.desc()`, `v.name.op('text_pattern_ops')`. */
export class ViewColumn implements SQLWrapper {
  readonly name: string
  readonly indexConfig: IndexOrder

  constructor(name: string, order: IndexOrder = {}) {
    this.name = name
    this.indexConfig = order
  }

  asc(): ViewColumn {
    return new ViewColumn(this.name, { ...this.indexConfig, order: 'asc' })
  }
  desc(): ViewColumn {
    return new ViewColumn(this.name, { ...this.indexConfig, order: 'desc' })
  }
  nullsFirst(): ViewColumn {
    return new ViewColumn(this.name, { ...this.indexConfig, nulls: 'first' })
  }
  nullsLast(): ViewColumn {
    return new ViewColumn(this.name, { ...this.indexConfig, nulls: 'last' })
  }
  /** An operator class: text_pattern_ops, jsonb_path_ops. */
  op(opClass: string): ViewColumn {
    return new ViewColumn(this.name, { ...this.indexConfig, opClass })
  }
  getSQL(): SQL {
    return sql`${sql.identifier(this.name)}`
  }
}

interface IndexOrder {
  readonly order?: 'asc' | 'desc'
  readonly nulls?: 'first' | 'last'
  readonly opClass?: string | undefined
}

export type IndexMethod = 'btree' | 'hash' | 'gin' | 'gist' | 'spgist' | 'brin'

type IndexPart =
  | ({ readonly kind: 'column'; readonly name: string } & IndexOrder)
  | { readonly kind: 'expression'; readonly sql: string }

export interface IndexSpec {
  readonly name: string
  readonly unique: boolean
  readonly method: IndexMethod
  readonly parts: readonly IndexPart[]
  readonly include: readonly string[]
  readonly where?: string
  readonly options?: Readonly<Record<string, string | number | boolean>>
  readonly tablespace?: string
  readonly nullsNotDistinct?: boolean
  readonly renamedFrom?: string
}

/** A column of the table or view, or an expression: sql`lower(${t.email})`. */
export type IndexInput = NamedColumn | SQL

/** An index: in a table's third argument, or among those of materialized(). Each method returns another. */
export class IndexDeclaration extends Extra {
  readonly spec: IndexSpec

  constructor(spec: IndexSpec) {
    super({ kind: 'index', spec: Object.freeze(spec) })
    this.spec = spec
  }

  /** INCLUDE: columns that are kept in the index and not searched by, for index-only scans. */
  include(...columns: readonly [NamedColumn, ...NamedColumn[]]): IndexDeclaration {
    return new IndexDeclaration({ ...this.spec, include: columns.map((c) => c.name) })
  }
  /** Only rows for which the condition holds are indexed. */
  where(condition: SQL): IndexDeclaration {
    return new IndexDeclaration({ ...this.spec, where: sqlText(condition) })
  }
  /** Parameters of the method: { fillfactor: 70 }, { pages_per_range: 32 }. */
  options(options: Readonly<Record<string, string | number | boolean>>): IndexDeclaration {
    return new IndexDeclaration({ ...this.spec, options: { ...options } })
  }
  tablespace(tablespace: string): IndexDeclaration {
    return new IndexDeclaration({ ...this.spec, tablespace })
  }
  /** PostgreSQL 15 and newer: one NULL at most. */
  nullsNotDistinct(): IndexDeclaration {
    return new IndexDeclaration({ ...this.spec, nullsNotDistinct: true })
  }
  /** The name that the index has had until now. */
  renamedFrom(old: string): IndexDeclaration {
    return new IndexDeclaration({ ...this.spec, renamedFrom: old })
  }
}

export interface IndexStart {
  on(...columns: readonly [IndexInput, ...IndexInput[]]): IndexDeclaration
  using(method: IndexMethod, ...columns: readonly [IndexInput, ...IndexInput[]]): IndexDeclaration
}

function start(name: string, unique: boolean): IndexStart {
  const make = (method: IndexMethod, columns: readonly IndexInput[]) =>
    new IndexDeclaration({ name, unique, method, parts: columns.map(partOf), include: [] })
  return { on: (...columns) => make('btree', columns), using: (method, ...columns) => make(method, columns) }
}

/** An index of a materialized view (or of a table, where Drizzle's own index() has no words for it). */
export function index(name: string): IndexStart {
  return start(name, false)
}

/** A unique index; a plain one is what REFRESH … CONCURRENTLY needs. */
export function uniqueIndex(name: string): IndexStart {
  return start(name, true)
}

/** `includeIndex('orders_customer').on(t.customerId).include(t.total)` in a table's third argument. */
export const includeIndex: typeof index = index
export const uniqueIncludeIndex: typeof uniqueIndex = uniqueIndex

function partOf(input: IndexInput): IndexPart {
  if (is(input, SQL)) return { kind: 'expression', sql: sqlText(input) }
  const column = input as NamedColumn & { indexConfig?: IndexOrder; defaultConfig?: IndexOrder }
  const { order, nulls, opClass } = column.indexConfig ?? {}
  // Drizzle's column is one object for all indexes, and keeps .desc() until the next index takes it.
  if (column.defaultConfig) column.indexConfig = { ...column.defaultConfig }
  return {
    kind: 'column',
    name: column.name,
    ...(order ? { order } : {}),
    ...(nulls ? { nulls } : {}),
    ...(opClass ? { opClass } : {}),
  }
}

export function createIndexSql(
  { name, unique, method, parts, include, where, options, tablespace, nullsNotDistinct }: IndexSpec,
  on: QualifiedName,
): string {
  const parameters = Object.entries(options ?? {}).map(([key, value]) =>
    typeof value === 'string' ? `${key} = ${literal(value)}` : `${key} = ${value}`,
  )
  return [
    `CREATE ${unique ? 'UNIQUE ' : ''}INDEX ${ident(name)} ON ${qualified(on)} USING ${method}`,
    `(${parts.map((part) => partSql(part, method)).join(', ')})`,
    ...(include.length > 0 ? [`INCLUDE (${include.map((c) => ident(c)).join(', ')})`] : []),
    ...(nullsNotDistinct ? ['NULLS NOT DISTINCT'] : []),
    ...(parameters.length > 0 ? [`WITH (${parameters.join(', ')})`] : []),
    ...(tablespace ? [`TABLESPACE ${ident(tablespace)}`] : []),
    ...(where ? [`WHERE ${where}`] : []),
  ].join(' ')
}

function partSql(part: IndexPart, method: IndexMethod): string {
  if (part.kind === 'expression') return `(${part.sql})`
  const opClass = part.opClass ? ` ${part.opClass}` : ''
  if (method !== 'btree') return `${ident(part.name)}${opClass}`
  const desc = part.order === 'desc'
  // NULLS LAST is what ascending means anyway.
  const nulls = part.nulls && (part.nulls === 'last') === desc ? ` NULLS ${part.nulls.toUpperCase()}` : ''
  return `${ident(part.name)}${opClass}${desc ? ' DESC' : ''}${nulls}`
}

/** What REFRESH MATERIALIZED VIEW CONCURRENTLY can tell rows apart by. */
export function isPlainUnique({ unique, parts, where, method }: IndexSpec): boolean {
  return unique && method === 'btree' && where === undefined && parts.every((part) => part.kind === 'column')
}
