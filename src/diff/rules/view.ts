import { nameIn, type View } from '../../model/index.ts'
import type { Rule } from '../rule.ts'

export const viewRule: Rule<View> = {
  create: (it) => [{ sql: `CREATE VIEW ${nameIn(it.key)} AS ${it.query}` }],
  drop: (it) => [{ sql: `DROP VIEW ${nameIn(it.key)}` }],
  alter: () => 'replace',
}
