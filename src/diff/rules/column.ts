import { ident } from '../../kernel/index.ts'
import { type Column, nameIn } from '../../model/index.ts'
import { locksOn } from '../label.ts'
import type { Rule } from '../rule.ts'
import { columnSql } from './table-sql.ts'

export const columnRule: Rule<Column> = {
  create: (column, context) => [
    {
      sql: `ALTER TABLE ${nameIn(column.table)} ADD COLUMN ${columnSql(column, context)}`,
      locks: locksOn(context, column.table, 'ACCESS EXCLUSIVE'),
    },
  ],
  drop: (column, context) => [
    {
      sql: `ALTER TABLE ${nameIn(column.table)} DROP COLUMN ${ident(column.name)}`,
      locks: locksOn(context, column.table, 'ACCESS EXCLUSIVE'),
    },
  ],
  alter: () => 'replace',
}
