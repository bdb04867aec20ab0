import { ident, literal, qualified } from '../kernel/index.ts'
import type { ImportFile, ImportPlan } from './plan.ts'

/** Of each session; its rows are gone with the transaction of their chunk. */
export const STAGE = 'pg_temp.gigarow_import'

export function copySql(
  plan: ImportPlan,
  file: ImportFile,
  into = plan.duplicates === 'error' ? qualified(plan.table) : STAGE,
): string {
  const { delimiter, nullText, encoding } = plan.format
  const options = [
    'format csv',
    `delimiter ${literal(delimiter)}`,
    `null ${literal(nullText)}`,
    ...(encoding === undefined ? [] : [`encoding ${literal(encoding)}`]),
  ]
  const where = plan.filter === undefined ? '' : ` where ${plan.filter.sql}`
  return `copy ${into} (${list(file.columns)}) from stdin with (${options.join(', ')})${where}`
}

const list = (columns: readonly string[], of = '') =>
  columns.map((column) => `${of}${ident(column)}`).join(', ')

/** For the rows of a chunk before they meet the table: the types are those of the table, its constraints are not there. */
export function stageSql(plan: ImportPlan): string {
  const columns = [...new Set(plan.files.flatMap((file) => file.columns))]
  return `create temporary table gigarow_import on commit delete rows as select ${list(columns)} from ${qualified(plan.table)} with no data`
}

export const EMPTY_STAGE_SQL = `delete from ${STAGE}`

/** All that the stage holds. */
export function moveSql(plan: ImportPlan, { columns }: Pick<ImportFile, 'columns'>): string {
  return `insert into ${qualified(plan.table)} (${list(columns)}) overriding system value select ${list(columns)} from ${STAGE}`
}

/**
 * Each key once: its first row with `skip`, its last with `update`. In the order of the keys, so that two sessions that meet the same keys wait
 * for each other instead of both being in the way. Keys with a null are never the same.
 */
function eachKeyOnce({ key, duplicates }: ImportPlan, columns: readonly string[]): string {
  const keys = list(key)
  const own = `case when ${key.map((column) => `${ident(column)} is null`).join(' or ')} then ctid end`
  const order = duplicates === 'update' ? 'ctid desc' : 'ctid'
  return `select distinct on (${keys}, ${own}) ${list(columns)} from ${STAGE} order by ${keys}, ${own}, ${order}`
}

/** Rows whose key is new. */
export function insertSql(plan: ImportPlan, { columns }: Pick<ImportFile, 'columns'>): string {
  return (
    `insert into ${qualified(plan.table)} (${list(columns)}) overriding system value ` +
    `select ${list(columns)} from (${eachKeyOnce(plan, columns)}) s on conflict (${list(plan.key)}) do nothing`
  )
}

/**
 * The others, where they say something new. After the insert, which leaves its own rows equal: so both can be counted, and what is the same
 * already is not written again. Undefined when there is nothing besides the key.
 */
export function updateSql(plan: ImportPlan, { columns }: Pick<ImportFile, 'columns'>): string | undefined {
  const values = columns.filter((column) => !plan.key.includes(column))
  if (plan.duplicates !== 'update' || values.length === 0) return undefined
  const set = values.map((column) => `${ident(column)} = s.${ident(column)}`).join(', ')
  const same = plan.key.map((column) => `t.${ident(column)} = s.${ident(column)}`).join(' and ')
  // Byte by byte: not every type has an equality. Without the casts it would be column by column.
  const differs = `row(${list(values, 't.')})::record *<> row(${list(values, 's.')})::record`
  return `update ${qualified(plan.table)} t set ${set} from (${eachKeyOnce(plan, columns)}) s where ${same} and ${differs}`
}

/** By its index row by row: a chunk is small, the table need not be, and nobody knows how many rows the stage has. */
export const UPDATE_SETTINGS_SQL = 'set local enable_hashjoin = off; set local enable_mergejoin = off'
