import { ident } from '../../kernel/index.ts'
import { type Column, nameIn, type ObjectKey, objectKey, type Table } from '../../model/index.ts'
import { planHazard } from '../hazards.ts'
import { labelOfKey, locksOn } from '../label.ts'
import { parentColumns } from '../needs.ts'
import type { Action, DiffContext, Rule } from '../rule.ts'
import { alterColumn } from './column-alter.ts'
import { attributeClauses } from './column-attributes.ts'
import { alterPartition, createPartition, dropPartition } from './partition.ts'
import { columnsOf, createTableSql, dropTableSql, optionList, optionName, setDefault } from './table-sql.ts'

export const tableRule: Rule<Table> = {
  create: (table, context) =>
    isPartitioned(table) ? createPartition(table, context) : createTable(table, context),
  drop: (table, context) =>
    isPartitioned(table) ? dropPartition(table, context) : [dropTableSql(table, context)],
  alter: (from, to, context) =>
    isPartitioned(from) || isPartitioned(to)
      ? alterPartition(from, to, context)
      : [
          ...alterStorage(from, to, context),
          ...alterInherits(from, to, context),
          ...alterTable(from, to, context),
        ],
}

const isPartitioned = (table: Table): boolean =>
  table.partitionKey !== undefined || table.partitionOf !== undefined

/** CREATE TABLE and all of it that CREATE TABLE cannot say. */
export function createTable(table: Table, context: DiffContext): readonly Action[] {
  const create: Action = {
    sql: createTableSql(table, context),
    makes: [table.key],
    locks: table.inherits.flatMap((parent) => locksOn(context, parent, 'SHARE UPDATE EXCLUSIVE')),
  }
  return [create, ...afterCreate(table, context)]
}

/** What a new table still has to be given: attributes and deviations of its columns, row security, replica identity. */
export function afterCreate(table: Table, context: DiffContext): readonly Action[] {
  const columns = columnsOf(context.to, table)
  const own = columns.filter(({ inherited }) => !inherited)
  const clauses = own.flatMap((column) => attributeClauses(undefined, column))
  const alter = `ALTER TABLE ${nameIn(table.key)}`
  return [
    ...(clauses.length === 0 ? [] : [{ sql: `${alter} ${clauses.join(', ')}` }]),
    ...columns.filter(({ inherited }) => inherited).flatMap((column) => deviation(column, context)),
    ...own
      .filter((column) => column.default !== undefined && context.isDeferred(column.key))
      .map((column) => ({
        ...setDefault(column, context),
        needs: [...(context.to.needs.get(column.key) ?? [])].filter((key) => key !== table.key),
      })),
    ...security('off', table, context),
    ...replicaIdentity('default', table, context),
  ]
}

/** An inherited column that is not as its parent's. */
function deviation(column: Column, context: DiffContext): readonly Action[] {
  const parent = parentColumns(column, context.to).map((key) => context.to.objects.get(key))[0]
  if (parent?.kind !== 'column') return []
  const image = {
    ...column,
    default: parent.default,
    notNull: parent.notNull,
    notNullValid: parent.notNullValid,
  }
  const start = {
    ...image,
    storage: parent.storage,
    statistics: undefined,
    compression: undefined,
    options: {},
  }
  const answer = alterColumn(start, column, { ...context, from: { ...context.from, objects: new Map() } })
  return answer === 'replace' || 'refused' in answer ? [] : answer
}

/** What writes a table anew. */
export function alterStorage(from: Table, to: Table, context: DiffContext): readonly Action[] {
  const rewrite = (change: string): Action => ({
    sql: `ALTER TABLE ${nameIn(to.key)} ${change}`,
    locks: locksOn(context, to.key, 'ACCESS EXCLUSIVE'),
    scans: true,
    rewrites: to.key,
    hazards: [planHazard('rewrite-table', { table: labelOfKey(to.key), kind: change })],
  })
  return [
    ...(from.unlogged === to.unlogged ? [] : [rewrite(`SET ${to.unlogged ? 'UNLOGGED' : 'LOGGED'}`)]),
    ...(from.accessMethod === to.accessMethod
      ? []
      : [rewrite(`SET ACCESS METHOD ${ident(to.accessMethod ?? 'heap')}`)]),
    ...(from.tablespace === to.tablespace
      ? []
      : [rewrite(`SET TABLESPACE ${ident(to.tablespace ?? 'pg_default')}`)]),
  ]
}

function alterInherits(from: Table, to: Table, context: DiffContext): readonly Action[] {
  const change = (verb: string, parent: ObjectKey): Action => ({
    sql: `ALTER TABLE ${nameIn(to.key)} ${verb} ${nameIn(parent)}`,
    locks: [
      ...locksOn(context, to.key, 'ACCESS EXCLUSIVE'),
      ...locksOn(context, parent, 'SHARE UPDATE EXCLUSIVE'),
    ],
    ...(verb === 'INHERIT' ? { needs: [parent] } : { releases: [parent] }),
  })
  return [
    ...from.inherits.filter((key) => !to.inherits.includes(key)).map((key) => change('NO INHERIT', key)),
    ...to.inherits.filter((key) => !from.inherits.includes(key)).map((key) => change('INHERIT', key)),
  ]
}

/** What plain tables, partitioned ones and partitions have in common, and that changes the catalog alone. */
export function alterTable(from: Table, to: Table, context: DiffContext): readonly Action[] {
  return [
    ...alterOptions(from, to, context),
    ...security(from.rowSecurity, to, context),
    ...replicaIdentity(from.replicaIdentity, to, context),
  ]
}

function alterOptions(from: Table, to: Table, context: DiffContext): readonly Action[] {
  const reset = Object.keys(from.options).filter((name) => !(name in to.options))
  const set = Object.entries(to.options).filter(([name, value]) => from.options[name] !== value)
  const alter = `ALTER TABLE ${nameIn(to.key)}`
  const parts = [
    ...(reset.length === 0 ? [] : [`RESET (${reset.map(optionName).join(', ')})`]),
    ...(set.length === 0 ? [] : [`SET ${optionList(Object.fromEntries(set))}`]),
  ]
  if (parts.length === 0) return []
  const strong = [...reset, ...set.map(([name]) => name)].includes('user_catalog_table')
  const mode = strong ? 'ACCESS EXCLUSIVE' : 'SHARE UPDATE EXCLUSIVE'
  return [{ sql: `${alter} ${parts.join(', ')}`, locks: locksOn(context, to.key, mode) }]
}

function security(from: Table['rowSecurity'], to: Table, context: DiffContext): readonly Action[] {
  if (from === to.rowSecurity) return []
  const parts = [
    ...(isOn(from) === isOn(to.rowSecurity)
      ? []
      : [isOn(from) ? 'DISABLE ROW LEVEL SECURITY' : 'ENABLE ROW LEVEL SECURITY']),
    ...(isForced(from) === isForced(to.rowSecurity)
      ? []
      : [isForced(from) ? 'NO FORCE ROW LEVEL SECURITY' : 'FORCE ROW LEVEL SECURITY']),
  ]
  const locks = locksOn(context, to.key, 'ACCESS EXCLUSIVE')
  const off = isOn(from) && !isOn(to.rowSecurity)
  const hazards = off ? [planHazard('disable-row-security', { table: labelOfKey(to.key) })] : []
  return [{ sql: `ALTER TABLE ${nameIn(to.key)} ${parts.join(', ')}`, locks, hazards }]
}

const isOn = (state: Table['rowSecurity']): boolean => state === 'on' || state === 'forced'

const isForced = (state: Table['rowSecurity']): boolean => state === 'forced' || state === 'off-but-forced'

function replicaIdentity(from: Table['replicaIdentity'], to: Table, context: DiffContext): readonly Action[] {
  const { replicaIdentity: identity } = to
  if (JSON.stringify(from) === JSON.stringify(identity)) return []
  const index =
    typeof identity === 'string' ? undefined : objectKey('index', { ...to.name, name: identity.index })
  const what = typeof identity === 'string' ? identity.toUpperCase() : `USING INDEX ${ident(identity.index)}`
  return [
    {
      sql: `ALTER TABLE ${nameIn(to.key)} REPLICA IDENTITY ${what}`,
      locks: locksOn(context, to.key, 'ACCESS EXCLUSIVE'),
      ...(index === undefined ? {} : { needs: [index, ...keyOf(index, context)] }),
    },
  ]
}

/** A key that is swapped keeps the name of its index. */
function keyOf(index: ObjectKey, { to }: DiffContext): readonly ObjectKey[] {
  const object = to.objects.get(index)
  return object?.kind === 'index' && object.constraint !== undefined ? [object.constraint] : []
}
