import { type Column, memberKey, type ObjectKey, type ViewColumn } from '../model/index.ts'
import type { IdentitySequences } from './read-sequences.ts'
import type { ColumnsOf } from './read-views.ts'
import { CLASS, type Registry } from './registry.ts'
import type { Read } from './snapshot.ts'
import { options, textOr } from './values.ts'

interface ColumnRow {
  readonly relation: number
  readonly position: number
  readonly name: string
  readonly type: string
  readonly not_null: boolean
  /** Null where NOT NULL has no constraint of its own: before version 18. */
  readonly not_null_invalid: boolean | null
  readonly not_null_name: string | null
  readonly not_null_no_inherit: boolean | null
  readonly generated: 's' | 'v' | null
  readonly identity: 'a' | 'd' | null
  readonly default_value: string | null
  readonly default_oid: number | null
  readonly collation: string | null
  readonly storage: string | null
  readonly compression: string | null
  readonly statistics: number | null
  readonly options: readonly string[] | null
  readonly inherited: boolean
}

const STORAGE: Readonly<Record<string, string>> = { p: 'plain', e: 'external', x: 'extended', m: 'main' }
const COMPRESSION: Readonly<Record<string, string>> = { p: 'pglz', l: 'lz4' }

/** Adds the columns of tables; returns those of views and materialized views, which are part of them. */
export async function readColumns(
  read: Read,
  registry: Registry,
  identities: IdentitySequences,
): Promise<ColumnsOf> {
  const views = new Map<number, ViewColumn[]>()
  await read.each<ColumnRow>('catalog_columns', (row) => {
    const relation = registry.relation(row.relation)
    if (relation === undefined) return
    const key = memberKey('column', relation, row.name)
    registry.nameColumn(row.relation, row.position, key)
    if (relation.startsWith('table ')) addColumn({ row, key, relation, identities, registry })
    else {
      const column = viewColumn(row, relation)
      if (row.default_oid !== null) registry.name(CLASS.default, row.default_oid, relation)
      const columns = views.get(row.relation)
      if (columns) columns.push(column)
      else views.set(row.relation, [column])
    }
  })
  return (relation) => Object.freeze(views.get(relation) ?? [])
}

function viewColumn(row: ColumnRow, relation: ObjectKey): ViewColumn {
  const { name, type, default_value: value } = row
  if (!relation.startsWith('matview '))
    return Object.freeze({ name, type, ...(value === null ? {} : { default: value }) })
  const storage = row.storage === null ? undefined : STORAGE[row.storage]
  const compression = row.compression === null ? undefined : COMPRESSION[row.compression]
  return Object.freeze({
    name,
    type,
    ...(storage === undefined ? {} : { storage }),
    ...(compression === undefined ? {} : { compression }),
    ...(row.statistics === null ? {} : { statistics: row.statistics }),
    ...(row.options === null ? {} : { options: options(row.options) }),
  })
}

interface ColumnParts {
  readonly row: ColumnRow
  readonly key: ObjectKey
  readonly relation: ObjectKey
  readonly identities: IdentitySequences
  readonly registry: Registry
}

function addColumn({ row, key, relation, identities, registry }: ColumnParts): void {
  registry.add({
    kind: 'column',
    key,
    table: relation,
    name: registry.once(row.name),
    position: row.position,
    type: registry.once(row.type),
    notNull: row.not_null,
    notNullValid: row.not_null_invalid !== true,
    ...(row.not_null_name === null ? {} : { notNullName: registry.once(row.not_null_name) }),
    ...(row.not_null_no_inherit === true ? { notNullNoInherit: true } : {}),
    default:
      row.generated === null && row.default_value !== null ? registry.once(row.default_value) : undefined,
    generated: generated(row),
    identity: identity(row, identities),
    collation: textOr(row.collation),
    storage: row.storage === null ? undefined : STORAGE[row.storage],
    compression: row.compression === null ? undefined : COMPRESSION[row.compression],
    statistics: row.statistics ?? undefined,
    options: options(row.options),
    inherited: row.inherited,
  })
  registry.need(key, relation)
  if (row.default_oid !== null) registry.name(CLASS.default, row.default_oid, key)
  const sequence = row.identity === null ? undefined : identities.own(row.relation, row.name)
  if (sequence !== undefined) registry.name(CLASS.relation, sequence, key)
}

function generated(row: ColumnRow): Column['generated'] {
  if (row.generated === null) return undefined
  return Object.freeze({
    kind: row.generated === 's' ? 'stored' : 'virtual',
    expression: row.default_value ?? '',
  })
}

function identity(row: ColumnRow, identities: IdentitySequences): Column['identity'] {
  if (row.identity === null) return undefined
  const sequence = identities.optionsFor(row.relation, row.name)
  return sequence && Object.freeze({ always: row.identity === 'a', options: sequence })
}
