import { ident } from '../../kernel/index.ts'
import { type CompositeType, nameIn } from '../../model/index.ts'
import type { Rule } from '../rule.ts'

export const typeRule: Rule<CompositeType> = {
  create: (it) => [
    {
      sql: `CREATE TYPE ${nameIn(it.key)} AS (${it.attributes.map(({ name, type }) => `${ident(name)} ${type}`).join(', ')})`,
    },
  ],
  drop: (it) => [{ sql: `DROP TYPE ${nameIn(it.key)}` }],
  alter: () => 'replace',
}
