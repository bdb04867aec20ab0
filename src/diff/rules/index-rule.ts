import { type Index, nameIn } from '../../model/index.ts'
import { locksOn } from '../label.ts'
import type { Rule } from '../rule.ts'

export const indexRule: Rule<Index> = {
  create: (index, context) => {
    if (index.constraint !== undefined || index.parent !== undefined) return []
    return [{ sql: index.definition, locks: locksOn(context, index.table, 'SHARE'), scans: true }]
  },
  drop: (index, context) => [
    { sql: `DROP INDEX ${nameIn(index.key)}`, locks: locksOn(context, index.table, 'ACCESS EXCLUSIVE') },
  ],
  alter: () => 'replace',
}
