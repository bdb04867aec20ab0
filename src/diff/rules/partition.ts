import { labelOf, type ObjectKey, type SchemaObject, type Table } from '../../model/index.ts'
import { attachAction, attachTable } from '../partitions/attach.ts'
import { createBeside, createInNewParent } from '../partitions/create.ts'
import { detachTable, dropLeaf, finalize } from '../partitions/detach.ts'
import { leaderOf, regroup } from '../partitions/regroup.ts'
import { hasMoves, type PartitionSet, partitionSet } from '../partitions/set.ts'
import { parentOf } from '../partitions/tree.ts'
import type { Refusal } from '../plan.ts'
import type { Action, DiffContext, Rule } from '../rule.ts'
import { afterCreate, alterStorage, alterTable, createTable } from './table.ts'
import { dropTableSql } from './table-sql.ts'

/** Tables with a partition key or a parent. */
export function createPartition(table: Table, context: DiffContext): readonly Action[] {
  const parent = parentOf(table)
  if (parent === undefined) return createTable(table, context)
  const after = afterCreate(table, context)
  if (context.isNew(parent)) return [...createInNewParent(table), ...after]
  const set = partitionSet(context.from, context.to, parent)
  const create = [...createBeside(table, context), ...after]
  if (set === undefined) return create
  if (!hasMoves(set)) return [...create, attachAction(table, context)]
  return [...create, ...(leaderOf(set)?.key === table.key ? regroup(set, context) : [])]
}

export function dropPartition(table: Table, context: DiffContext): readonly Action[] {
  const parent = parentOf(table)
  if (parent === undefined || context.isGone(parent)) return [dropTableSql(table, context)]
  return dropLeaf(table, context)
}

export function alterPartition(
  from: Table,
  to: Table,
  context: DiffContext,
): ReturnType<Rule<Table>['alter']> {
  if (from.partitionKey !== to.partitionKey) return { refused: keyRefusal(from, to) }
  return [...place(from, to, context), ...storage(from, to, context), ...alterTable(from, to, context)]
}

/** Its place in the tree. */
function place(from: Table, to: Table, context: DiffContext): readonly Action[] {
  const parents = [parentOf(from), parentOf(to)]
  if (parents[0] !== parents[1]) return move(from, to, context)
  const set = parents[1] === undefined ? undefined : partitionSet(context.from, context.to, parents[1])
  if (set !== undefined && isRebound(set, to))
    return leaderOf(set)?.key === to.key ? regroup(set, context) : []
  if (from.partitionOf?.detachPending && !to.partitionOf?.detachPending)
    return [finalize(from, context), ...attachTable(to, context)]
  return []
}

/** A partitioned table has no rows of its own: it only says where new partitions go. */
function storage(from: Table, to: Table, context: DiffContext): readonly Action[] {
  const changes = alterStorage(from, to, context)
  if (to.partitionKey === undefined) return changes
  return changes.map(({ sql, locks = [] }) => ({ sql, locks }))
}

function isRebound({ rebound }: PartitionSet, table: Table): boolean {
  return rebound.some(({ after }) => after.key === table.key)
}

/** Into a parent, out of one, or from one to another. */
function move(from: Table, to: Table, context: DiffContext): readonly Action[] {
  const parent = parentOf(to)
  const detach = parentOf(from) === undefined ? [] : detachTable(from, context)
  if (parent === undefined) return detach
  const set = partitionSet(context.from, context.to, parent)
  if (set === undefined || !hasMoves(set)) return [...detach, ...attachTable(to, context)]
  return [...detach, ...(leaderOf(set)?.key === to.key ? regroup(set, context) : [])]
}

function keyRefusal(from: Table, to: Table): Refusal {
  const name = labelOf(to)
  const change =
    from.partitionKey === undefined
      ? `${name} is a plain table and is to be partitioned by ${to.partitionKey}`
      : to.partitionKey === undefined
        ? `${name} is partitioned by ${from.partitionKey} and is to be a plain table`
        : `${name} is partitioned by ${from.partitionKey} and is to be by ${to.partitionKey}`
  return {
    reason: `${change}: a table cannot be changed so with its rows in it`,
    wayOut: [
      `rename ${name} to ${name}_old`,
      `make ${name} anew as declared`,
      `copy the rows in batches while a trigger on ${name}_old writes to both (or, where all old rows fit one partition, attach ${name}_old as that partition)`,
      `then swap their names in one short transaction and drop ${name}_old when it is no longer needed`,
    ].join('; '),
  }
}

/** What stands in the way of the partitions' new bounds. */
export function partitionRefusals({ from, to }: DiffContext): readonly Refusal[] {
  return [...changedParents(from, to)].flatMap((parent) => partitionSet(from, to, parent)?.refusals ?? [])
}

/** Tables one of whose partitions comes, goes or gets another bound. */
function changedParents(from: DiffContext['from'], to: DiffContext['to']): ReadonlySet<ObjectKey> {
  const parents = new Set<ObjectKey>()
  const compare = (table: SchemaObject, elsewhere: DiffContext['to']) => {
    if (table.kind !== 'table' || table.partitionOf === undefined) return
    const { parent, bound } = table.partitionOf
    const other = elsewhere.objects.get(table.key)
    const known = other?.kind === 'table' ? other.partitionOf : undefined
    if (known?.parent !== parent || known.bound !== bound) parents.add(parent)
  }
  for (const table of to.objects.values()) compare(table, from)
  for (const table of from.objects.values()) compare(table, to)
  return parents
}
