import { type Grant, nameIn } from '../../model/index.ts'
import type { Rule } from '../rule.ts'

export const grantRule: Rule<Grant> = {
  create: (it) => [
    { sql: `GRANT ${it.privileges.map(({ name }) => name).join(', ')} ON ${nameIn(it.on)} TO ${it.role}` },
  ],
  drop: (it) => [{ sql: `REVOKE ALL ON ${nameIn(it.on)} FROM ${it.role}` }],
  alter: () => 'replace',
}
