import { ident } from '../../kernel/index.ts'
import { labelOf, nameIn, type ObjectKey, partKey, type Table } from '../../model/index.ts'
import { locksOn } from '../label.ts'
import type { PlanHazard } from '../plan.ts'
import type { Action, DiffContext } from '../rule.ts'
import { IDENTITY_OF_PARTITIONS, unaligned } from './align.ts'
import type { Bound, Key } from './bound.ts'
import { boundCondition } from './condition.ts'
import {
  attachedKey,
  attachLocks,
  defaultScanHazard,
  detachedKey,
  readyKey,
  unprovenHazard,
} from './locks.ts'
import { BOUND_CHECK, isProvable, shapeOf } from './shape.ts'
import { boundOf, defaultOf, descendantsOf, isDefault, keyOf, membersOf, parentOf, tableIn } from './tree.ts'

/** The ATTACH itself. */
export function attachAction(table: Table, context: DiffContext): Action {
  const { parent, bound } = table.partitionOf!
  const sql = `ALTER TABLE ${nameIn(parent)} ATTACH PARTITION ${nameIn(table.key)} ${bound}`
  const hazards = attachHazards(table, context)
  return {
    sql,
    makes: [attachedKey(table.key)],
    needs: [
      ...shapeOf(parent, context),
      ...partsOf(table, parent, context),
      ...descendantsOf(context.to, table.key).map(({ key }) => key),
      detachedKey(table.key),
    ],
    locks: attachLocks(parent, table, context),
    ...(hazards.length > 0 ? { hazards, scans: true } : {}),
    reverse: { sql: [`ALTER TABLE ${nameIn(parent)} DETACH PARTITION ${nameIn(table.key)}`] },
  }
}

/** What of the table is taken over by ATTACH and would be made under its locks if it were not there. */
function partsOf(table: Table, parent: ObjectKey, { from, to }: DiffContext): readonly ObjectKey[] {
  if (!from.objects.has(table.key)) return []
  const { indexes, constraints } = membersOf(to, parent)
  const { columns } = membersOf(to, table.key)
  return [
    ...[...indexes, ...constraints].map(({ key }) => partKey(key, table.key)),
    ...[...indexes, ...constraints].map(({ key }) => readyKey(partKey(key, table.key))),
    ...columns.map(({ key }) => key),
  ]
}

function attachHazards(table: Table, context: DiffContext): readonly PlanHazard[] {
  const { parent } = table.partitionOf!
  const isFilled = context.from.objects.has(table.key)
  const other = isDefault(table) ? undefined : defaultOf(context.from, parent)
  const why = unprovable(tableIn(context.to, parent), table)
  return [
    ...(other && context.to.objects.has(other.key) ? [defaultScanHazard(parent, other)] : []),
    ...(isFilled && why !== undefined ? [unprovenHazard(table, why)] : []),
  ]
}

function unprovable(parent: Table | undefined, table: Table): string | undefined {
  if (boundOf(table).kind === 'hash') return 'the bound of a hash partition'
  if (parent !== undefined && !isProvable(parent)) return 'a bound in another collation than its column has'
  return undefined
}

/** A table with rows: what ATTACH would find out by reading it under its lock is proven before. */
export function prepareAttach(table: Table, context: DiffContext): readonly Action[] {
  const parent = tableIn(context.to, parentOf(table))!
  return [
    ...dropIdentities(table, context),
    ...proveBound(table, attachCondition(parent, table, context), context),
  ]
}

/** The rows of a bound; of the default partition: those of no other. */
function attachCondition(parent: Table, table: Table, { to }: DiffContext): string | undefined {
  const key = keyOf(parent)
  if (!isDefault(table)) return boundCondition(key, boundOf(table))
  const others = membersOf(to, parent.key).partitions.filter((one) => one.key !== table.key)
  return notIn(key, others.map(boundOf))
}

function notIn(key: Key, bounds: readonly Bound[]): string | undefined {
  const conditions = bounds.map((bound) => boundCondition(key, bound))
  if (conditions.length === 0 || conditions.includes(undefined)) return undefined
  return `(NOT (${conditions.join(' OR ')}))`
}

/** VALIDATE reads the rows while others go on reading and writing them. */
export function proveBound(
  table: Table,
  condition: string | undefined,
  context: DiffContext,
): readonly Action[] {
  if (condition === undefined) return []
  const alter = `ALTER TABLE ${nameIn(table.key)}`
  return [
    {
      sql: `${alter} ADD CONSTRAINT ${BOUND_CHECK} CHECK ${condition} NOT VALID`,
      needs: [detachedKey(table.key)],
      locks: locksOn(context, table.key, 'ACCESS EXCLUSIVE'),
      reverse: { sql: [`${alter} DROP CONSTRAINT IF EXISTS ${BOUND_CHECK}`] },
      comment: `proves that every row of ${labelOf(table)} fits, so that attaching it reads nothing`,
    },
    {
      sql: `${alter} VALIDATE CONSTRAINT ${BOUND_CHECK}`,
      runs: 'alone',
      scans: true,
      locks: locksOn(context, table.key, 'SHARE UPDATE EXCLUSIVE'),
      reverse: { sql: [] },
    },
  ]
}

export function dropBoundCheck(table: Table, context: DiffContext): Action {
  return {
    sql: `ALTER TABLE ${nameIn(table.key)} DROP CONSTRAINT ${BOUND_CHECK}`,
    locks: locksOn(context, table.key, 'ACCESS EXCLUSIVE'),
    reverse: { sql: [] },
  }
}

/** ATTACH refuses a table with an identity of its own; that of the parent takes its place. */
function dropIdentities(table: Table, context: DiffContext): readonly Action[] {
  if (context.from.major < IDENTITY_OF_PARTITIONS) return []
  const { columns } = membersOf(unaligned(context.from), table.key)
  if (parentOf(tableIn(unaligned(context.from), table.key)) !== undefined) return []
  return columns
    .filter(({ identity }) => identity !== undefined)
    .flatMap((column): Action[] => [
      {
        sql: `ALTER TABLE ${nameIn(table.key)} ALTER COLUMN ${ident(column.name)} DROP IDENTITY`,
        locks: locksOn(context, table.key, 'ACCESS EXCLUSIVE'),
        comment: `the numbers of ${labelOf(table)}.${column.name} go on from the sequence of ${nameIn(parentOf(table)!)}, which must be set past the highest of them`,
        reverse: { none: 'its sequence is gone' },
      },
    ])
}

/** A table that was not a partition of this parent. */
export function attachTable(table: Table, context: DiffContext): readonly Action[] {
  const proof = prepareAttach(table, context)
  const isProven = proof.some(({ sql }) => sql.includes('VALIDATE CONSTRAINT'))
  return [...proof, attachAction(table, context), ...(isProven ? [dropBoundCheck(table, context)] : [])]
}
