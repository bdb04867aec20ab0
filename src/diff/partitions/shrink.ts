import { ident, literal } from '../../kernel/index.ts'
import { labelOf, nameIn, type Routine, type Table } from '../../model/index.ts'

import type { Action, DiffContext } from '../rule.ts'
import { boundCondition } from './condition.ts'
import { keyColumns } from './key-columns.ts'
import { locksOnTree } from './locks.ts'
import { objectName } from './names.ts'
import type { PartitionSet, Rebound } from './set.ts'
import { BOUND_CHECK, isProvable } from './shape.ts'
import { boundOf, membersOf } from './tree.ts'

/**
 * A partition that gives rows away and stays under a smaller bound. A CHECK of that bound cannot be proven before the rows are gone,
 * and cannot be added behind that: it locks the partition against readers who hold its parent, for which DETACH then waits. So the
 * CHECK is that of a function that lets everything through and is proven while everybody works. When the rows are gone, nobody can
 * write and a query has found no row that does not fit, the function gets the bound for its body; the server takes that in when it
 * looks for what implies the bound.
 */
export interface ShrinkProof {
  readonly before: readonly Action[]
  /** When the rows are gone, and before the partition is detached. */
  readonly inside: readonly Action[]
  /** When it is attached. */
  readonly after: readonly Action[]
}

/** undefined where no CHECK proves the bound: ATTACH reads the table then. */
export function shrinkProof(
  { after }: Rebound,
  { key, parent }: PartitionSet,
  context: DiffContext,
): ShrinkProof | undefined {
  const condition = boundCondition(key, boundOf(after))
  if (condition === undefined || !isProvable(parent)) return undefined
  const names = [...new Set(keyColumns(context.to, parent))]
  const columns = membersOf(context.to, after.key).columns.filter(({ name }) => names.includes(name))
  // Inside of a function that gets two collations a comparison has none.
  if (columns.length > 1 && columns.some(({ collation }) => collation !== undefined)) return undefined
  const routine = objectName(after.name.name, undefined, 'gigarow_fits')
  const name = ident(after.name.schema, routine)
  const types = columns.map((column) => `${ident(column.name)} ${column.type}`)
  const define = (word: string, body: string) =>
    `${word} FUNCTION ${name}(${types.join(', ')}) RETURNS boolean LANGUAGE sql IMMUTABLE AS ${literal(`SELECT ${body}`).trim()}`
  const signature = `${name}(${columns.map(({ type }) => type).join(', ')})`
  const call = `${name}(${columns.map((column) => ident(column.name)).join(', ')})`
  const table = nameIn(after.key)
  const left = leftBy(after, routine, context)
  const steps: readonly (Action | undefined)[] = [
    left.routine
      ? undefined
      : { sql: define('CREATE', 'true'), reverse: { sql: [`DROP FUNCTION ${signature}`] } },
    left.check
      ? undefined
      : {
          sql: `ALTER TABLE ${table} ADD CONSTRAINT ${BOUND_CHECK} CHECK (${call}) NOT VALID`,
          locks: locksOnTree(context, after.key, 'ACCESS EXCLUSIVE'),
          reverse: { sql: [`ALTER TABLE ${table} DROP CONSTRAINT IF EXISTS ${BOUND_CHECK}`] },
          comment: `lets everything through until the rows of ${labelOf(after)} have been moved, so that attaching it again reads nothing`,
        },
    left.check?.validated
      ? undefined
      : {
          sql: `ALTER TABLE ${table} VALIDATE CONSTRAINT ${BOUND_CHECK}`,
          runs: 'alone',
          scans: true,
          locks: locksOnTree(context, after.key, 'SHARE UPDATE EXCLUSIVE'),
          reverse: { sql: [] },
        },
  ]
  return {
    before: steps.filter((step) => step !== undefined),
    inside: [
      {
        sql: `DO ${literal(verification(after, condition)).trim()}`,
        scans: true,
        locks: locksOnTree(context, after.key, 'ACCESS SHARE'),
        reverse: { sql: [] },
        comment: `nobody can write to ${labelOf(after)} here, and readers do not wait`,
      },
      { sql: define('CREATE OR REPLACE', condition), reverse: { sql: [] } },
    ],
    after: [
      {
        sql: `ALTER TABLE ${table} DROP CONSTRAINT ${BOUND_CHECK}`,
        locks: locksOnTree(context, after.key, 'ACCESS EXCLUSIVE'),
        drops: left.check ? [left.check.key] : [],
        reverse: { sql: [] },
      },
      {
        sql: `DROP FUNCTION ${signature}`,
        drops: left.routine ? [left.routine.key] : [],
        reverse: { sql: [] },
      },
    ],
  }
}

/** What a run left that was interrupted before it moved anything: the body is in the transaction of the moves. */
function leftBy(table: Table, routine: string, { from }: DiffContext) {
  const left = [...from.objects.values()].find(
    (object): object is Routine =>
      object.kind === 'routine' && object.name.schema === table.name.schema && object.name.name === routine,
  )
  const check = membersOf(from, table.key).constraints.find(
    ({ name, definition }) => ident(name) === BOUND_CHECK && definition.includes(routine),
  )
  return { routine: left, check: left && check }
}

function verification(table: Table, condition: string): string {
  const message = literal(`a row of ${labelOf(table)} does not fit its new bound`).trim()
  return `BEGIN IF EXISTS (SELECT FROM ${nameIn(table.key)} WHERE ${condition} IS NOT TRUE) THEN RAISE check_violation USING MESSAGE = ${message}; END IF; END`
}
