import { ident } from '../../kernel/index.ts'
import { nameIn, type Rule as RewriteRule } from '../../model/index.ts'
import type { Rule } from '../rule.ts'

export const ruleRule: Rule<RewriteRule> = {
  create: (it) => [{ sql: it.definition }],
  drop: (it) => [{ sql: `DROP RULE ${ident(it.name)} ON ${nameIn(it.table)}` }],
  alter: () => 'replace',
}
