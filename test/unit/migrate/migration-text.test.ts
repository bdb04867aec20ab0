import { expect, test } from 'vitest'
import type { Plan, PlanStatement } from '../../../src/diff/index.ts'
import { migrationText } from '../../../src/migrate/index.ts'
import { groupsOfFile, NEW_TRANSACTION, splitStatements } from '../../../src/sql/index.ts'

const LOCK = { relation: 't', mode: 'ACCESS EXCLUSIVE' } as const

function statement(sql: string, runs: PlanStatement['runs'] = 'transaction'): PlanStatement {
  return {
    sql,
    runs,
    locks: [LOCK],
    lockTimeout: 2000,
    statementTimeout: 1000,
    hazards: [],
    reverse: { sql: [] },
  }
}

test('a migration’s file makes the transactions of its plan, with a mark only where nothing else says so', async () => {
  const groups = [
    ['alter table t add a int', 'alter table t add constraint c check (a > 0) not valid'],
    ['alter table t validate constraint c'],
    ['alter table t add b int'],
    ['create materialized view v as select * from t'],
    ['alter table t add d int', 'alter table t add e int'],
    ['create index concurrently i on t (a)'],
    ['alter index i rename to j', 'alter table t drop e'],
  ]
  const alone = /validate|materialized|concurrently/
  const plan: Plan = {
    statements: groups.flat().map((sql) => statement(sql, alone.test(sql) ? 'alone' : 'transaction')),
    refusals: [],
  }
  const { sql: text } = await migrationText(plan, '20250101000000_a')
  const read = groupsOfFile({ text, file: 'a.sql' }, await splitStatements(text))
  expect(read.map(({ statements }) => statements.map(({ sql }) => sql))).toEqual(groups)
  expect(text.split(NEW_TRANSACTION)).toHaveLength(3)
})
