import { is, SQL } from 'drizzle-orm'
import { getMaterializedViewConfig, PgColumn, type PgMaterializedView } from 'drizzle-orm/pg-core'
import { displayName, type QualifiedName } from '../kernel/index.ts'
import { DECLARATION, type Declaration, isDeclaration } from './declaration.ts'
import type { StorageOptions } from './extras.ts'
import { type IndexDeclaration, type IndexSpec, isPlainUnique, ViewColumn } from './index-builder.ts'

type RefreshUnit = 'second' | 'min' | 'minute' | 'hour' | 'day' | 'week'
/** '5 min', '1 hour', '2 days'. */
export type RefreshInterval = `${number} ${RefreshUnit | `${RefreshUnit}s`}`

export interface RefreshPolicy {
  readonly every: RefreshInterval
  /** Readers see the old rows until the new ones are there; needs a unique index of plain columns. */
  readonly concurrently?: boolean
}

/** The columns of a view, by their keys in the selection. */
export type ViewColumns<V extends PgMaterializedView> = {
  readonly [Key in keyof V['_']['selectedFields'] & string]: ViewColumn
}

export interface MaterializedOptions<V extends PgMaterializedView = PgMaterializedView> {
  readonly indexes?: (view: ViewColumns<V>) => readonly IndexDeclaration[]
  /** False: made empty, and not readable before its first refresh. Default true. */
  readonly withData?: boolean
  readonly storage?: Omit<StorageOptions, 'unlogged' | 'tablespace'>
  readonly tablespace?: string
  readonly refresh?: RefreshPolicy
}

export interface MaterializedDeclaration extends Declaration<'materialized'> {
  readonly view: PgMaterializedView
  readonly options: MaterializedOptions
}

/**
 * What Drizzle has no words for on a materialized view: indexes, WITH NO DATA, storage, how often it is refreshed.
 * `materialized(hourly, { indexes: (v) => [uniqueIndex('hourly_key').on(v.hour)], refresh: { every: '5 min', concurrently: true } })`
 */
export function materialized<V extends PgMaterializedView>(
  view: V,
  options: MaterializedOptions<V>,
): MaterializedDeclaration {
  // The columns come from the view itself when it is read: the callback's type has done its work.
  const read = options as unknown as MaterializedOptions
  return Object.freeze({
    [DECLARATION]: 'materialized' as const,
    view,
    options: Object.freeze({ ...read }),
  })
}

export function isMaterialized(value: unknown): value is MaterializedDeclaration {
  return isDeclaration(value, 'materialized')
}

/** A materialized view with what gigarow adds to Drizzle. */
export interface GigarowMatView {
  readonly name: QualifiedName
  readonly view: PgMaterializedView
  readonly indexes: readonly IndexSpec[]
  readonly withData: boolean
  readonly storage?: StorageOptions
  readonly refresh?: RefreshPolicy
}

export function readMatView(
  view: PgMaterializedView,
  declaration: MaterializedDeclaration | undefined,
): GigarowMatView {
  const { schema = 'public', name, selectedFields, withNoData } = getMaterializedViewConfig(view)
  const { indexes, withData, storage, tablespace, refresh } = declaration?.options ?? {}
  const placed = { ...storage, ...(tablespace ? { tablespace } : {}) }
  return Object.freeze({
    name: { schema, name },
    view,
    indexes: indexes?.(viewColumns(selectedFields)).map(({ spec }) => spec) ?? [],
    withData: withData ?? withNoData !== true,
    ...(Object.keys(placed).length > 0 ? { storage: placed } : {}),
    ...(refresh ? { refresh } : {}),
  })
}

function viewColumns(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, ViewColumn>> {
  const names = Reflect.ownKeys(fields).filter((key) => typeof key === 'string')
  return Object.fromEntries(
    names.map((key) => {
      const field = fields[key]
      const name = is(field, PgColumn) ? field.name : is(field, SQL.Aliased) ? field.fieldAlias : key
      return [key, new ViewColumn(name)]
    }),
  )
}

const REFRESH = /^[1-9]\d{0,5} (second|min|minute|hour|day|week)s?$/

export function matViewProblems({ name, view, indexes, refresh }: GigarowMatView): readonly string[] {
  const label = displayName(name)
  const { isExisting, selectedFields } = getMaterializedViewConfig(view)
  if (isExisting)
    return [
      `${label} is declared with .existing(): what it has is not ours to declare. Remove materialized(…).`,
    ]
  const problems: string[] = []
  if (refresh && !REFRESH.test(refresh.every)) {
    problems.push(`${label}: refresh.every is "${refresh.every}". Write '5 min', '1 hour', '1 day'.`)
  }
  if (refresh?.concurrently && !indexes.some(isPlainUnique)) {
    const first = Reflect.ownKeys(selectedFields).find((key) => typeof key === 'string') ?? 'column'
    problems.push(
      `${label} is to be refreshed concurrently and has no unique index of plain columns without WHERE, by which the server tells rows apart. Write indexes: (v) => [uniqueIndex('${name.name}_key').on(v.${first})], with the columns that are unique together.`,
    )
  }
  return problems
}
