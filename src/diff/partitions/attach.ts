import { ident, literal } from '../../kernel/index.ts'
import {
  type Column,
  type Constraint,
  labelOf,
  nameIn,
  type ObjectKey,
  partKey,
  type Table,
} from '../../model/index.ts'
import type { ActionHazard } from '../hazards.ts'
import { locksOn } from '../label.ts'
import type { Action, DiffContext } from '../rule.ts'
import { IDENTITY_OF_PARTITIONS, unaligned } from './align.ts'
import type { Bound, Key } from './bound.ts'
import { boundCondition } from './condition.ts'
import {
  attachedKey,
  attachLocks,
  defaultScanHazard,
  detachedKey,
  locksOnTree,
  readyKey,
  unprovenHazard,
} from './locks.ts'
import { BOUND_CHECK, isProvable, shapeOf } from './shape.ts'
import {
  ancestorsOf,
  boundOf,
  defaultOf,
  descendantsOf,
  isDefault,
  keyOf,
  membersOf,
  parentOf,
  tableIn,
} from './tree.ts'

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

function attachHazards(table: Table, context: DiffContext): readonly ActionHazard[] {
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
  return proveBound(table, attachCondition(parent, table, context), context)
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

/** VALIDATE reads the rows while others go on reading and writing them. What an interrupted run has proven is not read again. */
export function proveBound(
  table: Table,
  condition: string | undefined,
  context: DiffContext,
): readonly Action[] {
  if (condition === undefined) return []
  const alter = `ALTER TABLE ${nameIn(table.key)}`
  const left = leftCheck(table, condition, context)
  const add: Action = {
    sql: `${alter} ADD CONSTRAINT ${BOUND_CHECK} CHECK ${condition} NOT VALID`,
    needs: [detachedKey(table.key)],
    locks: locksOnTree(context, table.key, 'ACCESS EXCLUSIVE'),
    reverse: { sql: [`${alter} DROP CONSTRAINT IF EXISTS ${BOUND_CHECK}`] },
    comment: `proves that every row of ${labelOf(table)} fits, so that attaching it reads nothing`,
  }
  const validate: Action = {
    sql: `${alter} VALIDATE CONSTRAINT ${BOUND_CHECK}`,
    runs: 'alone',
    scans: true,
    locks: locksOnTree(context, table.key, 'SHARE UPDATE EXCLUSIVE'),
    reverse: { sql: [] },
  }
  return [...(left ? [] : [add]), ...(left?.validated ? [] : [validate])]
}

/** Of this bound, as the server writes it. A mistake here costs a scan: the server looks for its own proof. */
function leftCheck(table: Table, condition: string, { from }: DiffContext): Constraint | undefined {
  const left = boundCheckIn(table, from)
  const isSame = left?.type === 'check' && plain(left.definition.replace(/^CHECK/, '')) === plain(condition)
  return isSame ? left : undefined
}

function boundCheckIn({ key }: Table, from: DiffContext['from']): Constraint | undefined {
  return membersOf(from, key).constraints.find(({ name }) => ident(name) === BOUND_CHECK)
}

/** Without brackets, quotes of names and casts of constants: a IN ('x', 'y') is written as a = ANY (ARRAY['x'::text, 'y'::text]). */
function plain(condition: string): string {
  return condition
    .replaceAll(/= ANY \(+ARRAY\[|\bIN \(/g, 'in ')
    .replaceAll(
      /('(?:[^']|'')*')|::(?:"[^"]+"|[a-z]+)(?:\.(?:"[^"]+"|\w+))?(?: varying| precision| with(?:out)? time zone)?(?:\(\d+(?:,\d+)?\))?(?:\[\])*|[()[\]"\s]/g,
      '$1',
    )
    .replaceAll(/'(-?\d+(?:\.\d+)?|true|false)'/g, '$1')
}

export function dropBoundCheck(table: Table, context: DiffContext): Action {
  return {
    sql: `ALTER TABLE ${nameIn(table.key)} DROP CONSTRAINT ${BOUND_CHECK}`,
    drops: keptFromBefore(table, context),
    locks: locksOnTree(context, table.key, 'ACCESS EXCLUSIVE'),
    reverse: { sql: [] },
  }
}

/** One that another plan left and this one does not use is dropped by the rule of constraints. */
function keptFromBefore(table: Table, context: DiffContext): readonly ObjectKey[] {
  const left = boundCheckIn(table, context.from)
  const parent = tableIn(context.to, parentOf(table))
  const condition = parent && attachCondition(parent, table, context)
  if (left === undefined || condition === undefined) return []
  return leftCheck(table, condition, context) ? [left.key] : []
}

/**
 * ATTACH refuses a table with an identity of its own, and those who write to the table need one: it goes in the same transaction.
 * The parent's goes on behind the highest number that either has given.
 */
export function takeIdentities(table: Table, context: DiffContext): readonly Action[] {
  const identities = identitiesOf(table, context)
  if (identities.length === 0) return []
  const name = nameIn(table.key)
  const locks = locksOn(context, table.key, 'ACCESS EXCLUSIVE')
  return [
    { sql: `LOCK TABLE ${name} IN ACCESS EXCLUSIVE MODE`, locks, reverse: { sql: [] } },
    ...identities.flatMap((column): Action[] => [
      ...carryNumbers(table, column, context),
      {
        sql: `ALTER TABLE ${name} ALTER COLUMN ${ident(column.name)} DROP IDENTITY`,
        locks,
        reverse: { none: 'its sequence is gone' },
      },
    ]),
  ]
}

function identitiesOf(table: Table, { from }: DiffContext): readonly Column[] {
  if (from.major < IDENTITY_OF_PARTITIONS) return []
  const { columns } = membersOf(unaligned(from), table.key)
  if (parentOf(tableIn(unaligned(from), table.key)) !== undefined) return []
  return columns.filter(({ identity }) => identity !== undefined)
}

/** The sequence is that of the topmost parent. */
function carryNumbers(table: Table, { name }: Column, { to }: DiffContext): readonly Action[] {
  const top = ancestorsOf(to, table).at(-1)!
  const identity = membersOf(to, top.key).columns.find((column) => column.name === name)?.identity
  if (identity === undefined) return []
  const sequence = (of: Table) => `pg_get_serial_sequence(${literal(nameIn(of.key))}, ${literal(name)})`
  const lasts = [top, table].map((of) => `pg_sequence_last_value(${sequence(of)}::regclass)`)
  const furthest = identity.options.increment.startsWith('-') ? 'least' : 'greatest'
  return [
    {
      sql: `SELECT setval(${sequence(top)}, n) FROM (SELECT ${furthest}(${lasts.join(', ')})) AS s (n) WHERE n IS NOT NULL`,
      reverse: { sql: [] },
      comment: `the numbers of ${labelOf(table)}.${name} go on from the sequence of ${labelOf(top)}`,
    },
  ]
}

/** A table that was not a partition of this parent. */
export function attachTable(table: Table, context: DiffContext): readonly Action[] {
  const [begin, ...rest] = takeIdentities(table, context)
  const attach = attachAction(table, context)
  const drop = isProvenBound(table, context) ? [dropBoundCheck(table, context)] : []
  if (begin === undefined) return [...prepareAttach(table, context), attach, ...drop]
  return [
    ...prepareAttach(table, context),
    { ...begin, needs: attach.needs ?? [] },
    ...[...rest, attach, ...drop].map((action) => ({ ...action, together: true })),
  ]
}

/** Whether a CHECK of the bound stands on it when it is attached. */
export function isProvenBound(table: Table, context: DiffContext): boolean {
  return attachCondition(tableIn(context.to, parentOf(table))!, table, context) !== undefined
}
