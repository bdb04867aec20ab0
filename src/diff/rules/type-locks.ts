import type { Column, Constraint } from '../../model/index.ts'
import { locksOnPartitions, locksOnTree } from '../partitions/locks.ts'
import { membersOf } from '../partitions/tree.ts'
import type { Lock } from '../plan.ts'
import type { DiffContext } from '../rule.ts'

/** Of a column that goes or changes its type: foreign keys of it, and such that point at it, go or are made anew with it. */
export function columnLocks({ key, table }: Column, context: DiffContext): readonly Lock[] {
  const { from } = context
  const { constraints, referencing } = membersOf(from, table)
  const isOn = ({ key: constraint, table: owner }: Constraint) =>
    from.needs.get(constraint)?.has(key) === true &&
    // With the column itself its own go; others have gone before.
    (!context.isGone(constraint) || (owner === table && context.isGone(key)))
  const tables = [
    ...constraints.flatMap((it) => (it.references !== undefined && isOn(it) ? [it.references] : [])),
    ...referencing.flatMap((it) => (isOn(it) ? [it.table] : [])),
  ]
  const others = [...new Set(tables)].filter((other) => other !== table)
  return [
    ...locksOnTree(context, table, 'ACCESS EXCLUSIVE'),
    ...others.flatMap((other) => locksOnPartitions(context, other, 'ACCESS EXCLUSIVE')),
  ]
}
