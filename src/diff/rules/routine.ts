import { nameIn, type Routine } from '../../model/index.ts'
import type { Rule } from '../rule.ts'

export const routineRule: Rule<Routine> = {
  create: (it) => [{ sql: it.definition }],
  drop: (it) => [{ sql: `DROP ROUTINE ${nameIn(it.key)}` }],
  alter: () => 'replace',
}
