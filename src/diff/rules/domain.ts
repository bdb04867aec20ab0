import { type Domain, nameIn } from '../../model/index.ts'
import type { Rule } from '../rule.ts'

export const domainRule: Rule<Domain> = {
  create: (it) => [{ sql: `CREATE DOMAIN ${nameIn(it.key)} AS ${it.type}` }],
  drop: (it) => [{ sql: `DROP DOMAIN ${nameIn(it.key)}` }],
  alter: () => 'replace',
}
