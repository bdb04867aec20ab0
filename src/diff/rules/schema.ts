import { type Namespace, nameIn } from '../../model/index.ts'
import type { Rule } from '../rule.ts'

export const schemaRule: Rule<Namespace> = {
  create: (it) => [{ sql: `CREATE SCHEMA ${nameIn(it.key)}` }],
  drop: (it) => [{ sql: `DROP SCHEMA ${nameIn(it.key)}` }],
  alter: () => 'replace',
}
