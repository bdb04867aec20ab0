import { addTo, ident, literal, oncePer } from '../../kernel/index.ts'
import {
  type Catalog,
  type Column,
  nameIn,
  type ObjectKey,
  type SequenceOptions,
  type Table,
} from '../../model/index.ts'
import { planHazard } from '../hazards.ts'
import { labelOfKey } from '../label.ts'
import { locksOnTree, referencedLocks } from '../partitions/locks.ts'
import type { Action, DiffContext } from '../rule.ts'
import { ownName } from './not-null.ts'

/** In their declared order. */
export function columnsOf({ objects }: Catalog, { key }: Table): readonly Column[] {
  return columnsByTable(objects).get(key) ?? []
}

/** Once a catalog: looking through all objects for each table takes minutes with ten thousand tables. */
const columnsByTable = oncePer((objects: Catalog['objects']): ReadonlyMap<ObjectKey, readonly Column[]> => {
  const found = new Map<ObjectKey, Column[]>()
  for (const object of objects.values()) {
    if (object.kind === 'column') addTo(found, object.table, object)
  }
  for (const columns of found.values()) columns.sort((a, b) => a.position - b.position)
  return found
})

/** CREATE TABLE with its columns; what its kind adds stands behind them. */
export function createTableSql(table: Table, context: DiffContext): string {
  const columns = columnsOf(context.to, table).filter(({ inherited }) => !inherited)
  const lines = columns.map((column) => `  ${columnSql(column, context)}`)
  return [
    `CREATE ${table.unlogged ? 'UNLOGGED ' : ''}TABLE ${nameIn(table.key)} (${lines.length > 0 ? `\n${lines.join(',\n')}\n` : ''})`,
    table.inherits.length > 0 ? ` INHERITS (${table.inherits.map(nameIn).join(', ')})` : '',
    table.partitionKey === undefined ? '' : ` PARTITION BY ${table.partitionKey}`,
    tableClauses(table),
  ].join('')
}

/** USING, WITH and TABLESPACE, with a space before. */
export function tableClauses(table: Table): string {
  return [
    table.accessMethod === undefined ? '' : ` USING ${ident(table.accessMethod)}`,
    Object.keys(table.options).length === 0 ? '' : ` WITH ${optionList(table.options)}`,
    table.tablespace === undefined ? '' : ` TABLESPACE ${ident(table.tablespace)}`,
  ].join('')
}

/** (fillfactor = '70', toast.autovacuum_enabled = 'false') */
export function optionList(options: Readonly<Record<string, string>>): string {
  return `(${Object.entries(options)
    .map(([name, value]) => `${optionName(name)} = ${literal(value)}`)
    .join(', ')})`
}

export function optionName(name: string): string {
  return name
    .split('.')
    .map((part) => ident(part))
    .join('.')
}

/** A column as CREATE TABLE and ADD COLUMN write it. */
export function columnSql(column: Column, context: DiffContext): string {
  const { generated, identity, collation } = column
  const withDefault = column.default !== undefined && !context.isDeferred(column.key)
  return [
    `${ident(column.name)} ${column.type}`,
    collation === undefined ? '' : ` COLLATE ${collation}`,
    generated === undefined
      ? ''
      : ` GENERATED ALWAYS AS (${generated.expression}) ${generated.kind === 'stored' ? 'STORED' : 'VIRTUAL'}`,
    identity === undefined
      ? ''
      : ` GENERATED ${identity.always ? 'ALWAYS' : 'BY DEFAULT'} AS IDENTITY${sequenceClause(identity.options)}`,
    withDefault ? ` DEFAULT ${column.default}` : '',
    notNullSql(column),
  ].join('')
}

function notNullSql(column: Column): string {
  if (!column.notNull) return ''
  const name = ownName(column)
  return `${name === undefined ? '' : ` CONSTRAINT ${ident(name)}`} NOT NULL${column.notNullNoInherit ? ' NO INHERIT' : ''}`
}

const LIMITS: Readonly<Record<string, readonly [string, string]>> = {
  smallint: ['-32768', '32767'],
  integer: ['-2147483648', '2147483647'],
  bigint: ['-9223372036854775808', '9223372036854775807'],
}

/** What PostgreSQL itself would choose for a sequence of this type and direction. */
function sequenceDefaults(type: string, increment: string): SequenceOptions {
  const [lowest, highest] = LIMITS[type] ?? LIMITS.bigint!
  const down = increment.startsWith('-')
  const [min, max] = down ? [lowest, '-1'] : ['1', highest]
  return { type, increment, min, max, start: down ? max : min, cache: '1', cycle: false }
}

/** (INCREMENT BY 2 …), only what is not the default, with a space before; empty for the default. */
export function sequenceClause(options: SequenceOptions): string {
  const parts = newSequenceParts(options)
  return parts.length === 0 ? '' : ` (${parts.join(' ')})`
}

/** As CREATE SEQUENCE writes it, but for the type. */
export function newSequenceParts(options: SequenceOptions): readonly string[] {
  const step = options.increment === '1' ? [] : [`INCREMENT BY ${options.increment}`]
  return [...step, ...sequenceParts(sequenceDefaults(options.type, options.increment), options)]
}

/** What differs, as CREATE, ALTER SEQUENCE and identity columns write it; without the type. */
export function sequenceParts(from: SequenceOptions, to: SequenceOptions): readonly string[] {
  return [
    ...(from.increment === to.increment ? [] : [`INCREMENT BY ${to.increment}`]),
    ...(from.min === to.min ? [] : [`MINVALUE ${to.min}`]),
    ...(from.max === to.max ? [] : [`MAXVALUE ${to.max}`]),
    ...(from.start === to.start ? [] : [`START WITH ${to.start}`]),
    ...(from.cache === to.cache ? [] : [`CACHE ${to.cache}`]),
    ...(from.cycle === to.cycle ? [] : [to.cycle ? 'CYCLE' : 'NO CYCLE']),
  ]
}

export function setDefault(column: Column, context: DiffContext, before?: Column): Action {
  const alter = `ALTER TABLE ${nameIn(column.table)} ALTER COLUMN ${ident(column.name)}`
  const back = before?.default === undefined ? 'DROP DEFAULT' : `SET DEFAULT ${before.default}`
  return {
    sql: `${alter} SET DEFAULT ${column.default}`,
    locks: locksOnTree(context, column.table, 'ACCESS EXCLUSIVE'),
    reverse: { sql: [`${alter} ${back}`] },
  }
}

export function dropTableSql(table: Table, context: DiffContext): Action {
  const name = labelOfKey(table.key)
  return {
    sql: `DROP TABLE ${nameIn(table.key)}`,
    locks: [
      ...locksOnTree(context, table.key, 'ACCESS EXCLUSIVE'),
      ...referencedLocks(table.key, context, 'ACCESS EXCLUSIVE'),
    ],
    hazards: [planHazard('drop-table', { table: name })],
    reverse: { none: `the rows of ${name} are gone` },
  }
}
