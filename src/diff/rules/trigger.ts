import { ident } from '../../kernel/index.ts'
import { nameIn, type Trigger } from '../../model/index.ts'
import type { Rule } from '../rule.ts'

export const triggerRule: Rule<Trigger> = {
  create: (it) => [{ sql: it.definition }],
  drop: (it) => [{ sql: `DROP TRIGGER ${ident(it.name)} ON ${nameIn(it.table)}` }],
  alter: () => 'replace',
}
