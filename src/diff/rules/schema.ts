import { type Namespace, nameIn } from '../../model/index.ts'
import type { Rule } from '../rule.ts'

/** Dropped without CASCADE: what this model does not know in it makes the server refuse. */
export const schemaRule: Rule<Namespace> = {
  create: ({ key }) => [{ sql: `CREATE SCHEMA ${nameIn(key)}` }],
  drop: ({ key }) => [{ sql: `DROP SCHEMA ${nameIn(key)}` }],
  alter: () => [],
}
