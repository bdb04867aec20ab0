import { type MatView, nameIn } from '../../model/index.ts'
import type { Rule } from '../rule.ts'

export const matviewRule: Rule<MatView> = {
  create: (it) => [{ sql: `CREATE MATERIALIZED VIEW ${nameIn(it.key)} AS ${it.query}` }],
  drop: (it) => [{ sql: `DROP MATERIALIZED VIEW ${nameIn(it.key)}` }],
  alter: () => 'replace',
}
