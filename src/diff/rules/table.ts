import { nameIn, type Table } from '../../model/index.ts'
import type { Action, DiffContext, Rule } from '../rule.ts'
import { alterPartition, createPartition, dropPartition } from './partition.ts'
import { createTableSql, dropTableSql } from './table-sql.ts'

export const tableRule: Rule<Table> = {
  create: (table, context) =>
    isPartitioned(table) ? createPartition(table, context) : createTable(table, context),
  drop: (table, context) =>
    isPartitioned(table) ? dropPartition(table, context) : [dropTableSql(table, context)],
  alter: (from, to, context) =>
    isPartitioned(from) || isPartitioned(to) ? alterPartition(from, to, context) : [],
}

const isPartitioned = (table: Table): boolean =>
  table.partitionKey !== undefined || table.partitionOf !== undefined

export function createTable(table: Table, context: DiffContext): readonly Action[] {
  return [{ sql: createTableSql(table, context), reverse: { sql: [`DROP TABLE ${nameIn(table.key)}`] } }]
}
