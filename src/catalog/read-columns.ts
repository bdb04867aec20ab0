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
  readonly collation: string | null
  readonly storage: string | null
  readonly compression: string | null
  readonly statistics: number | null
  readonly options: readonly string[] | null
  readonly inherited: boolean
}

const STORAGE: Readonly<Record<string, string>> = { p: 'plain', e: 'external', x: 'extended', m: 'main' }
const COMPRESSION: Readonly<Record<string, string>> = { p: 'pglz', l: 'lz4' }

interface Around {
  readonly registry: Registry
  readonly identities: IdentitySequences
  /** oid of a partition to that of its parent. */
  readonly partitions: ReadonlyMap<number, number>
}

/** Adds the columns of tables; returns those of views and materialized views, which are part of them. */
export async function readColumns(read: Read, around: Around): Promise<ColumnsOf> {
  const { registry, partitions } = around
  const views = new Map<number, ViewColumn[]>()
  const parents = new Set(partitions.values())
  const kept = new Map<number, ColumnRow[]>()
  await read.each<ColumnRow>('catalog_columns', (row) => {
    const relation = registry.relation(row.relation)
    // An extension's table may have partitions that are not the extension's.
    if (parents.has(row.relation) || partitions.has(row.relation)) push(kept, row.relation, row)
    if (relation === undefined || partitions.has(row.relation)) return
    if (relation.startsWith('table ')) addColumn(row, row.relation, around)
    else {
      registry.nameColumn(row.relation, row.position, memberKey('column', relation, row.name))
      push(views, row.relation, viewColumn(row, relation))
    }
  })
  addColumnsOfPartitions(kept, around)
  return (relation) => Object.freeze(views.get(relation) ?? [])
}

function push<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = lists.get(key)
  if (list) list.push(value)
  else lists.set(key, [value])
}

/** A partition has the columns of its parent. Only those that differ in something were read. */
function addColumnsOfPartitions(kept: ReadonlyMap<number, readonly ColumnRow[]>, around: Around): void {
  const { partitions } = around
  const rowsOf: RowsOf = remembering((relation) => {
    const own = kept.get(relation) ?? NONE
    const parent = partitions.get(relation)
    return parent === undefined ? own : withInherited(own, inheritedFrom(parent))
  })
  const inheritedFrom: RowsOf = remembering((parent) =>
    rowsOf(parent).map((row) => ({ ...row, inherited: true })),
  )
  for (const relation of partitions.keys())
    for (const row of rowsOf(relation)) addColumn(row, relation, around)
}

type RowsOf = (relation: number) => readonly ColumnRow[]

const NONE: readonly never[] = []

function withInherited(own: readonly ColumnRow[], inherited: readonly ColumnRow[]): readonly ColumnRow[] {
  if (own.length === 0) return inherited
  const names = new Set(own.map(({ name }) => name))
  return [...own, ...inherited.filter(({ name }) => !names.has(name))].sort((a, b) => a.position - b.position)
}

function remembering<Value>(find: (relation: number) => Value): (relation: number) => Value {
  const known = new Map<number, Value>()
  return (relation) => {
    const value = known.get(relation) ?? find(relation)
    known.set(relation, value)
    return value
  }
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

function addColumn(row: ColumnRow, relation: number, { registry, identities }: Around): void {
  const table = registry.relation(relation)
  if (table === undefined) return
  const key = registry.key(memberKey('column', table, row.name))
  registry.nameColumn(relation, row.position, key)
  registry.add({
    kind: 'column',
    key,
    table,
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
    identity: identity(row, relation, identities),
    collation: textOr(row.collation),
    storage: row.storage === null ? undefined : STORAGE[row.storage],
    compression: row.compression === null ? undefined : COMPRESSION[row.compression],
    statistics: row.statistics ?? undefined,
    options: options(row.options),
    inherited: row.inherited,
  })
  registry.need(key, table)
  const sequence = row.identity === null ? undefined : identities.own(relation, row.name)
  if (sequence !== undefined) registry.name(CLASS.relation, sequence, key)
}

function generated(row: ColumnRow): Column['generated'] {
  if (row.generated === null) return undefined
  return Object.freeze({
    kind: row.generated === 's' ? 'stored' : 'virtual',
    expression: row.default_value ?? '',
  })
}

function identity(row: ColumnRow, relation: number, identities: IdentitySequences): Column['identity'] {
  if (row.identity === null) return undefined
  const sequence = identities.optionsFor(relation, row.name)
  return sequence && Object.freeze({ always: row.identity === 'a', options: sequence })
}
