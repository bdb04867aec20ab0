import { memberKey, type ObjectKey, objectKey, type ViewColumn } from '../model/index.ts'
import { sizeOf, type TableRow, tableOptions } from './read-tables.ts'
import { CLASS, type Registry } from './registry.ts'
import type { Read } from './snapshot.ts'
import { ENABLED, options, textOr, withoutSemicolon } from './values.ts'

interface ViewRow {
  readonly oid: number
  readonly namespace: number
  readonly name: string
  readonly query: string
  readonly options: readonly string[] | null
}

interface RuleRow {
  readonly oid: number
  readonly relation: number
  readonly name: string
  readonly enabled: string
  readonly definition: string | null
}

export type ColumnsOf = (relation: number) => readonly ViewColumn[]

export interface ViewsRead {
  /** To be called when their columns are known. */
  readonly addAll: (columnsOf: ColumnsOf) => void
}

export async function readViews(read: Read, registry: Registry): Promise<ViewsRead> {
  const rows = (await read<ViewRow>('catalog_views')).filter(
    (row) => !registry.isMember(CLASS.relation, row.oid),
  )
  for (const row of rows) {
    registry.name(CLASS.relation, row.oid, objectKey('view', nameOf(row, registry)))
  }
  return {
    addAll: (columnsOf) => {
      for (const row of rows) addView(row, columnsOf, registry)
    },
  }
}

function nameOf(row: { readonly namespace: number; readonly name: string }, registry: Registry) {
  return Object.freeze({ schema: registry.schemaName(row.namespace), name: row.name })
}

function addView(row: ViewRow, columnsOf: ColumnsOf, registry: Registry): void {
  const key = registry.relation(row.oid)!
  const name = nameOf(row, registry)
  registry.add({
    kind: 'view',
    key,
    name,
    query: withoutSemicolon(row.query),
    columns: columnsOf(row.oid),
    options: options(row.options),
  })
  registry.need(key, registry.schemaKey(name.schema))
}

export function addMatView(row: TableRow, columnsOf: ColumnsOf, registry: Registry): void {
  const key = registry.relation(row.oid)!
  const name = nameOf(row, registry)
  registry.add({
    kind: 'matview',
    key,
    name,
    query: withoutSemicolon(row.query ?? ''),
    columns: columnsOf(row.oid),
    options: tableOptions(row),
    tablespace: textOr(row.tablespace),
    accessMethod: textOr(row.access_method),
    populated: row.populated,
    size: sizeOf(row),
  })
  registry.need(key, registry.schemaKey(name.schema))
}

/** The rule that a view is made of stands for the view: what it uses the view uses. */
export async function readRules(read: Read, registry: Registry): Promise<void> {
  for (const row of await read<RuleRow>('catalog_rules')) {
    const table = registry.relation(row.relation)
    if (table === undefined) continue
    if (row.definition === null) registry.name(CLASS.rule, row.oid, table)
    else addRule({ ...row, definition: row.definition }, table, registry)
  }
}

function addRule(row: RuleRow & { readonly definition: string }, table: ObjectKey, registry: Registry): void {
  const key = memberKey('rule', table, row.name)
  registry.name(CLASS.rule, row.oid, key)
  registry.add({
    kind: 'rule',
    key,
    table,
    name: row.name,
    definition: withoutSemicolon(row.definition),
    enabled: ENABLED[row.enabled] ?? 'origin',
  })
  registry.need(key, table)
}
