import { nameIn, type Table } from '../../model/index.ts'
import type { Action, DiffContext, Rule } from '../rule.ts'
import { createTableSql, dropTableSql } from './table-sql.ts'

/** Tables with a partition key or a parent. */
export function createPartition(table: Table, context: DiffContext): readonly Action[] {
  if (table.partitionOf === undefined) return [{ sql: createTableSql(table, context) }]
  const { parent, bound } = table.partitionOf
  const key = table.partitionKey === undefined ? '' : ` PARTITION BY ${table.partitionKey}`
  return [{ sql: `CREATE TABLE ${nameIn(table.key)} PARTITION OF ${nameIn(parent)} ${bound}${key}` }]
}

export function dropPartition(table: Table, context: DiffContext): readonly Action[] {
  return [dropTableSql(table, context)]
}

export function alterPartition(
  _from: Table,
  _to: Table,
  _context: DiffContext,
): ReturnType<Rule<Table>['alter']> {
  return 'replace'
}
