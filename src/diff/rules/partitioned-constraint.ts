import { ident } from '../../kernel/index.ts'
import { type Constraint, nameIn } from '../../model/index.ts'
import { locksOn } from '../label.ts'
import {
  addOnline,
  addPlain,
  adoptLeft,
  constraintLocks,
  leftIndex,
  validate,
} from '../partitions/constraint-build.ts'
import { attachIndex } from '../partitions/index-build.ts'
import { swapKey } from '../partitions/key-swap.ts'
import { detachedKey, locksOnPartitions, readyKey } from '../partitions/locks.ts'
import { namesOf } from '../partitions/names.ts'
import { membersOf, tableIn } from '../partitions/tree.ts'
import type { Action, DiffContext, Rule } from '../rule.ts'
import { wasAttached } from './index-rule.ts'

type Answer = ReturnType<Rule<Constraint>['alter']>

/** A constraint of a table with a partition key or a parent: made, dropped (no `to`) or changed. */
export function partitionedConstraint(
  from: Constraint | undefined,
  to: Constraint | undefined,
  context: DiffContext,
): Answer {
  if (from && to) return alter(from, to, context)
  if (to) return to.parent === undefined ? createOwn(to, context) : createPart(to, context)
  return from ? drop(from, context) : []
}

function createOwn(it: Constraint, context: DiffContext): readonly Action[] {
  return context.isNew(it.table) ? [addPlain(it, context)] : addOnline(it, context)
}

/** Under that of the parent table. */
function createPart(it: Constraint, context: DiffContext): readonly Action[] {
  if (context.isNew(it.table)) return []
  if (!wasAttached(it.table, context)) return ownInstead(it, context) ?? addOnline(it, context)
  if (context.isNew(it.parent!) || it.type === 'check' || it.type === 'foreign') return []
  const left = leftIndex(it, context)
  if (left) return [...adoptLeft(it, left, context), attach(it, left.name.name, context)]
  const name = it.index && freeName(it.index, context)
  return [...addOnline(it, context, name), attach(it, name, context)]
}

/** A table that is attached has one of that name which ATTACH would not take (NO INHERIT): the rule holds at every moment. */
function ownInstead(it: Constraint, context: DiffContext): readonly Action[] | undefined {
  const old = membersOf(context.from, it.table).constraints.find(
    ({ name, key }) => name === it.name && !context.to.objects.has(key),
  )
  if (old === undefined || old.type !== it.type || !it.validated) return undefined
  if (it.type !== 'check' && it.type !== 'foreign') return undefined
  return beside(old, it, context).map((action, i, all) =>
    i < all.length - 1 ? action : { ...action, makes: [it.key, readyKey(it.key)] },
  )
}

/** An interrupted run may have left an index of its name there. */
function freeName(key: NonNullable<Constraint['index']>, context: DiffContext): string | undefined {
  const index = context.to.objects.get(key)
  return index?.kind === 'index' ? namesOf(context).keep(index.name) : undefined
}

function attach(it: Constraint, child: string | undefined, context: DiffContext): Action {
  const parent = context.to.objects.get(it.parent!) as Constraint
  const index = parent.index && context.to.objects.get(parent.index)
  const name = index?.kind === 'index' ? ident(index.name.schema, index.name.name) : ident(parent.name)
  return attachIndex({ parentName: name, child: child ?? it.name, table: it.table }, context)
}

function drop(it: Constraint, context: DiffContext): readonly Action[] {
  // It goes with that of the parent.
  if (it.parent !== undefined) return []
  return [dropAction(it, it.name, context)]
}

function dropAction(it: Constraint, name: string, context: DiffContext): Action {
  return {
    sql: `ALTER TABLE ${nameIn(it.table)} DROP CONSTRAINT ${ident(name)}`,
    needs: [detachedKey(it.table)],
    locks: constraintLocks(it, context, 'ACCESS EXCLUSIVE'),
  }
}

function alter(from: Constraint, to: Constraint, context: DiffContext): Answer {
  if (from.definition !== to.definition || from.type !== to.type) return change(from, to, context)
  const isNewPart = from.parent === undefined && to.parent !== undefined
  const isKey = to.type === 'primary' || to.type === 'unique'
  if (isNewPart && isKey && wasAttached(to.table, context) && !context.isNew(to.parent!))
    return [attach(to, from.name, context)]
  if (from.validated && !to.validated) return to.parent === undefined ? 'replace' : []
  return [
    ...(from.name !== to.name && to.parent === undefined ? [rename(from.name, to, context)] : []),
    ...(!from.validated && to.validated && to.parent === undefined ? [validate(to, context)] : []),
  ]
}

function rename(name: string, to: Constraint, context: DiffContext): Action {
  return {
    sql: `ALTER TABLE ${nameIn(to.table)} RENAME CONSTRAINT ${ident(name)} TO ${ident(to.name)}`,
    needs: [detachedKey(to.table)],
    // A CHECK has one name in the whole tree.
    locks: (to.type === 'check' ? locksOnPartitions : locksOn)(context, to.table, 'ACCESS EXCLUSIVE'),
  }
}

/** The new one is there, proven, before the old one goes. */
function change(from: Constraint, to: Constraint, context: DiffContext): Answer {
  if (to.parent !== undefined) return []
  const isKey = from.type === to.type && (to.type === 'primary' || to.type === 'unique')
  if (isKey && tableIn(context.to, to.table)?.partitionKey !== undefined)
    return swapKey(from, to, context) ?? 'replace'
  if ((to.type !== 'check' && to.type !== 'foreign') || from.type !== to.type || !to.validated)
    return 'replace'
  return beside(from, to, context)
}

function beside(from: Constraint, to: Constraint, context: DiffContext): readonly Action[] {
  const schema = nameIn(to.table)
  const next = { ...to, name: namesOf(context).give({ schema, name: `${to.name}_new` }) }
  const isOther = from.key !== to.key
  return [
    ...addOnline(next, context).map((action) => ({ ...action, makes: [] })),
    { ...dropAction(from, from.name, context), ...(isOther ? { drops: [from.key] } : {}) },
    { ...rename(next.name, to, context), together: true },
  ]
}
