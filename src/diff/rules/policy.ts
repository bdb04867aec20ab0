import { ident } from '../../kernel/index.ts'
import { nameIn, type Policy } from '../../model/index.ts'
import type { Rule } from '../rule.ts'

export const policyRule: Rule<Policy> = {
  create: (it) => [{ sql: `CREATE POLICY ${ident(it.name)} ON ${nameIn(it.table)}` }],
  drop: (it) => [{ sql: `DROP POLICY ${ident(it.name)} ON ${nameIn(it.table)}` }],
  alter: () => 'replace',
}
