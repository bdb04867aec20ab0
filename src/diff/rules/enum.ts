import { literal } from '../../kernel/index.ts'
import { type Enum, nameIn } from '../../model/index.ts'
import type { Rule } from '../rule.ts'

export const enumRule: Rule<Enum> = {
  create: (it) => [{ sql: `CREATE TYPE ${nameIn(it.key)} AS ENUM (${it.values.map(literal).join(', ')})` }],
  drop: (it) => [{ sql: `DROP TYPE ${nameIn(it.key)}` }],
  alter: () => 'replace',
}
