import { type Extension, nameIn } from '../../model/index.ts'
import type { Rule } from '../rule.ts'

export const extensionRule: Rule<Extension> = {
  create: (it) => [{ sql: `CREATE EXTENSION ${nameIn(it.key)}` }],
  drop: (it) => [{ sql: `DROP EXTENSION ${nameIn(it.key)}` }],
  alter: () => 'replace',
}
