import { nameIn, type Sequence } from '../../model/index.ts'
import type { Rule } from '../rule.ts'

export const sequenceRule: Rule<Sequence> = {
  create: (it) => [{ sql: `CREATE SEQUENCE ${nameIn(it.key)}` }],
  drop: (it) => [{ sql: `DROP SEQUENCE ${nameIn(it.key)}` }],
  alter: () => 'replace',
}
