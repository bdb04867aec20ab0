import { ident } from '../../kernel/index.ts'
import { labelOf, nameIn, type Table, type Trigger } from '../../model/index.ts'
import { type ActionHazard, planHazard } from '../hazards.ts'
import { locksOn } from '../label.ts'
import type { Action, DiffContext } from '../rule.ts'
import { boundCondition } from './condition.ts'
import type { Move, PartitionSet } from './set.ts'
import { boundOf, membersOf } from './tree.ts'

export const MOVED = {
  none: 'rows have been moved: compare the two states the other way round for the way back',
}

/** Until then copies of a trigger of the parent can be disabled by a superuser only. */
const TRIGGER_COPIES = 15

/**
 * Rows that can be moved while their partition is attached, and so read: their place to be is not attached yet. A partition takes no
 * row of its new bound before it is detached.
 */
export function isEarly(
  move: Move,
  { created, attached, emptied }: PartitionSet,
  context: DiffContext,
): boolean {
  if (![...created, ...attached].includes(move.target)) return false
  // What is dropped is copied, and fires nothing.
  return (
    emptied.includes(move.source) || firing(move.source, context).every((one) => canDisable(one, context))
  )
}

/** What would take a moved row for a deleted one. */
function firing(table: Table, context: DiffContext): readonly Trigger[] {
  return membersOf(context.from, table.key).triggers.filter(
    ({ enabled, definition }) =>
      (enabled === 'origin' || enabled === 'always') &&
      /\b(AFTER|BEFORE) ([A-Z ]+ OR )?DELETE\b/.test(definition),
  )
}

function canDisable({ parent }: Trigger, { from }: DiffContext): boolean {
  return parent === undefined || from.major >= TRIGGER_COPIES
}

/** Around moves out of the table while it is attached. */
export function withoutTriggers(
  table: Table,
  context: DiffContext,
  moves: readonly Action[],
): readonly Action[] {
  const triggers = firing(table, context)
  if (triggers.length === 0) return moves
  const alter = (words: readonly string[]): Action => ({
    sql: `ALTER TABLE ${nameIn(table.key)} ${words.join(', ')}`,
    locks: locksOn(context, table.key, 'SHARE ROW EXCLUSIVE'),
    reverse: { sql: [] },
  })
  return [
    alter(triggers.map(({ name }) => `DISABLE TRIGGER ${ident(name)}`)),
    ...moves,
    alter(
      triggers.map(
        ({ name, enabled }) => `ENABLE ${enabled === 'always' ? 'ALWAYS ' : ''}TRIGGER ${ident(name)}`,
      ),
    ),
  ]
}

export function moveAction({ source, target }: Move, set: PartitionSet, context: DiffContext): Action {
  const condition = boundCondition(set.key, boundOf(target))!
  const isGone = set.emptied.includes(source)
  const columns = columnsOf(set, context)
  const insert = `INSERT INTO ${nameIn(target.key)} (${columns}) OVERRIDING SYSTEM VALUE SELECT ${columns}`
  return {
    sql: isGone
      ? `${insert} FROM ${nameIn(source.key)} WHERE ${condition}`
      : `WITH moved AS (DELETE FROM ${nameIn(source.key)} WHERE ${condition} RETURNING ${columns}) ${insert} FROM moved`,
    scans: true,
    locks: [
      ...locksOn(context, source.key, isGone ? 'ACCESS SHARE' : 'ROW EXCLUSIVE'),
      ...locksOn(context, target.key, 'ROW EXCLUSIVE'),
    ],
    reverse: MOVED,
  }
}

/** Of a row that is copied: not those that the server works out. */
export function columnsOf({ parent }: PartitionSet, { to }: DiffContext): string {
  return membersOf(to, parent.key)
    .columns.filter(({ generated }) => generated === undefined)
    .map(({ name }) => ident(name))
    .join(', ')
}

/** Said at the lock that writers wait for. */
export function writesHazard(table: Table, { moves }: PartitionSet): ActionHazard {
  return planHazard('lock-table', { table: labelOf(table), name: namesOf(moves) }, { variant: 'moves' })
}

/** Said at the first DETACH where rows are moved behind it. */
export function readsHazard({ parent }: PartitionSet, late: readonly Move[]): ActionHazard {
  const facts = { table: labelOf(parent), name: namesOf(late) }
  return planHazard('lock-table', facts, { variant: 'lateMoves' })
}

/** Also that of rows which no new bound takes. */
export function spillHazard({ parent, keptDefault }: PartitionSet, spilling: readonly Table[]): ActionHazard {
  const facts = {
    table: labelOf(parent),
    name: spilling.map(labelOf).join(', '),
    other: labelOf(keptDefault!),
  }
  return planHazard('lock-table', facts, { variant: 'spills' })
}

const namesOf = (moves: readonly Move[]): string =>
  moves.map(({ source, target }) => `${labelOf(source)} to ${labelOf(target)}`).join(', ')
