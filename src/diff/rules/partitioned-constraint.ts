import { ident } from '../../kernel/index.ts'
import { type Constraint, nameIn } from '../../model/index.ts'
import type { DiffContext, Rule } from '../rule.ts'

/** A constraint of a table with a partition key or a parent: made, dropped (no `to`) or changed. */
export function partitionedConstraint(
  from: Constraint | undefined,
  to: Constraint | undefined,
  _context: DiffContext,
): ReturnType<Rule<Constraint>['alter']> {
  if (from && to) return 'replace'
  const it = (from ?? to)!
  // It comes and goes with that of the parent.
  if (it.parent !== undefined) return []
  const table = `ALTER TABLE ${nameIn(it.table)}`
  return from
    ? [{ sql: `${table} DROP CONSTRAINT ${ident(from.name)}` }]
    : [{ sql: `${table} ADD CONSTRAINT ${ident(it.name)} ${it.definition}` }]
}
