import { nameIn, type Statistics } from '../../model/index.ts'
import type { Rule } from '../rule.ts'

export const statisticsRule: Rule<Statistics> = {
  create: (it) => [{ sql: it.definition }],
  drop: (it) => [{ sql: `DROP STATISTICS ${nameIn(it.key)}` }],
  alter: () => 'replace',
}
