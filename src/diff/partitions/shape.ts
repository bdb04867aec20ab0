import { ident } from '../../kernel/index.ts'
import type { ObjectKey, Table } from '../../model/index.ts'
import type { DiffContext } from '../rule.ts'
import { readyKey } from './locks.ts'
import { membersOf } from './tree.ts'

/** The CHECK that lives only while a partition is attached. */
export const BOUND_CHECK = ident('gigarow_bound')

/** What of the parent must be as in the new state, because a partition is made after its image. */
export function shapeOf(parent: ObjectKey, { to }: DiffContext): readonly ObjectKey[] {
  const { columns, indexes, constraints } = membersOf(to, parent)
  const keys = [...columns, ...indexes, ...constraints].map(({ key }) => key)
  return [...keys, ...indexes.map(({ key }) => readyKey(key))]
}

/** A CHECK compares in the collation of the column; the bound of a key with one of its own does not follow from it. */
export function isProvable(parent: Table): boolean {
  return !/ COLLATE /.test(parent.partitionKey ?? '')
}
