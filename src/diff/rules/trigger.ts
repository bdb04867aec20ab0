import { ident } from '../../kernel/index.ts'
import type { ObjectKey, Trigger } from '../../model/index.ts'
import { locksOn } from '../label.ts'
import { locksOnPartitions } from '../partitions/locks.ts'
import type { Lock, LockMode } from '../plan.ts'
import type { Action, DiffContext, Rule } from '../rule.ts'
import { nameFor, withoutSemicolon } from './about.ts'
import { commentAgain } from './comment.ts'
import { lastingDrop, memberFacts } from './lasting.ts'

export const ENABLING: Readonly<Record<Trigger['enabled'], string>> = {
  origin: 'ENABLE',
  always: 'ENABLE ALWAYS',
  replica: 'ENABLE REPLICA',
  disabled: 'DISABLE',
}

/**
 * Triggers of a partitioned table's partitions come and go with the one of their parent, and follow its enabled state
 * (ALTER TABLE … TRIGGER recurses); only where a partition differs, that is said for itself.
 */
export const triggerRule: Rule<Trigger> = {
  create(trigger, context) {
    if (trigger.parent !== undefined) {
      const parent = parentState(trigger, context)
      return parent === trigger.enabled ? [] : [enableAction(trigger, parent, context)]
    }
    const made: Action = {
      sql: withoutSemicolon(trigger.definition),
      makes: [trigger.key],
      locks: locksOf(trigger, context, 'SHARE ROW EXCLUSIVE'),
      reverse: { sql: [dropTrigger(trigger, context)] },
    }
    return trigger.enabled === 'origin' ? [made] : [made, enableAction(trigger, 'origin', context)]
  },

  drop(trigger, context) {
    if (trigger.parent !== undefined) return []
    const state = trigger.enabled === 'origin' ? [] : [enable(trigger, trigger.enabled, context)]
    return [
      {
        sql: dropTrigger(trigger, context),
        drops: [trigger.key],
        locks: locksOf(trigger, context, 'ACCESS EXCLUSIVE'),
        reverse: { sql: [withoutSemicolon(trigger.definition), ...state] },
        hazards: lastingDrop(trigger.key, context, { rule: 'drop-trigger', facts: memberFacts(trigger) }),
      },
    ]
  },

  alter(from, to, context) {
    if (from.parent !== to.parent) return 'replace'
    if (to.parent !== undefined) return alterClone(from, to, context)
    const isDefined = from.definition !== to.definition
    if (isDefined && !canReplace(from, to)) return remake(from, to, context)
    // OR REPLACE enables it.
    const enabled = isDefined ? 'origin' : from.enabled
    const actions = [
      ...(isDefined ? [orReplaceAction(from, to, context)] : []),
      ...(enabled === to.enabled ? [] : [enableAction(to, enabled, context)]),
    ]
    return actions.length === 0 ? [] : [...actions, ...clonesAgain(to.key, context)]
  },
}

/** Triggers of rows are those of the partitions, too. */
function locksOf({ table, definition }: Trigger, context: DiffContext, mode: LockMode): readonly Lock[] {
  return (FOR_EACH_ROW.test(definition) ? locksOnPartitions : locksOn)(context, table, mode)
}

function alterClone(from: Trigger, to: Trigger, context: DiffContext): readonly Action[] {
  const before = parentChanges(to, context) ? parentState(to, context) : from.enabled
  if (before === to.enabled) return []
  return [enableAction(to, before, context), ...clonesAgain(to.key, context)]
}

function parentState({ parent }: Trigger, { to }: DiffContext): Trigger['enabled'] {
  const trigger = parent === undefined ? undefined : to.objects.get(parent)
  return trigger?.kind === 'trigger' ? trigger.enabled : 'origin'
}

function parentChanges({ parent }: Trigger, context: DiffContext): boolean {
  if (parent === undefined) return false
  const [was, is] = [context.from.objects.get(parent), context.to.objects.get(parent)]
  if (was?.kind !== 'trigger' || is?.kind !== 'trigger') return true
  const changed = was.enabled !== is.enabled || was.definition !== is.definition
  return changed || parentChanges(is, context)
}

const CONSTRAINT_TRIGGER = /^CREATE CONSTRAINT TRIGGER/
const FOR_EACH_ROW = / FOR EACH ROW /

/** Constraint triggers know no OR REPLACE; from rows to statements it would leave the partitions' triggers behind. */
function canReplace(from: Trigger, to: Trigger): boolean {
  const both = [from.definition, to.definition]
  if (both.some((d) => CONSTRAINT_TRIGGER.test(d))) return false
  return FOR_EACH_ROW.test(from.definition) === FOR_EACH_ROW.test(to.definition)
}

/** In one transaction: rows that are written without it would escape it. */
function remake(from: Trigger, to: Trigger, context: DiffContext): readonly Action[] {
  const locks = locksOf(from, context, 'ACCESS EXCLUSIVE')
  const enabled = to.enabled === 'origin' ? [] : [{ sql: enable(to, to.enabled, context), together: true }]
  return [
    { sql: dropTrigger(from, context), locks },
    { sql: withoutSemicolon(to.definition), makes: [to.key], locks, together: true },
    ...enabled,
    ...clonesAgain(to.key, context),
    ...commentAgain(to.key, context),
    ...clonesOf(to.key, context).flatMap(({ key }) => commentAgain(key, context)),
  ]
}

/** What was done to the parent's trigger was done to the partitions': those that differ from it do so again, parents first. */
function clonesAgain(key: ObjectKey, context: DiffContext): readonly Action[] {
  return clonesOf(key, context).flatMap((clone) => {
    const parent = parentState(clone, context)
    if (parent === clone.enabled) return []
    const { reverse: _, needs: __, ...action } = enableAction(clone, parent, context)
    return [{ ...action, covers: [clone.key], together: true }]
  })
}

function clonesOf(key: ObjectKey, context: DiffContext): readonly Trigger[] {
  return [...context.to.objects.values()].flatMap((object) =>
    object.kind === 'trigger' && object.parent === key ? [object, ...clonesOf(object.key, context)] : [],
  )
}

function orReplaceAction(from: Trigger, to: Trigger, context: DiffContext): Action {
  const state = from.enabled === 'origin' ? [] : [enable(from, from.enabled, context)]
  return {
    sql: orReplace(to),
    makes: [to.key],
    locks: locksOf(to, context, 'SHARE ROW EXCLUSIVE'),
    reverse: { sql: [orReplace(from), ...state] },
  }
}

function orReplace({ definition }: Trigger): string {
  return withoutSemicolon(definition).replace(/^CREATE TRIGGER/, 'CREATE OR REPLACE TRIGGER')
}

function dropTrigger(trigger: Trigger, context: DiffContext): string {
  return `DROP TRIGGER ${ident(trigger.name)} ON ${nameFor(trigger.table, context)}`
}

function enableAction(trigger: Trigger, before: Trigger['enabled'], context: DiffContext): Action {
  return {
    sql: enable(trigger, trigger.enabled, context),
    makes: [trigger.key],
    ...(trigger.parent === undefined ? {} : { needs: [trigger.parent] }),
    locks: locksOn(context, trigger.table, 'SHARE ROW EXCLUSIVE'),
    reverse: { sql: [enable(trigger, before, context)] },
  }
}

function enable(trigger: Trigger, state: Trigger['enabled'], context: DiffContext): string {
  return `ALTER TABLE ${nameFor(trigger.table, context)} ${ENABLING[state]} TRIGGER ${ident(trigger.name)}`
}
