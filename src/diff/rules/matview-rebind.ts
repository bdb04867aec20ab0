import { kindIn, type ObjectKey } from '../../model/index.ts'
import type { Action, DiffContext } from '../rule.ts'
import { same } from '../same.ts'
import { stays } from './matview-set.ts'
import { rebindPolicy } from './policy.ts'
import { replaceRoutine } from './routine.ts'
import { replaceRule } from './rule.ts'
import { directDependents } from './sources.ts'
import { replaceView } from './view.ts'

interface Where {
  readonly group: readonly ObjectKey[]
  readonly context: DiffContext
}

/**
 * PostgreSQL binds views, rules, policies and SQL bodies to a relation, not to its name: what reads a materialized view still reads
 * the old one after a swap of names. The same text again binds it to the new one; what is changed anyway is changed here.
 */
export function rebindings(view: ObjectKey, { group, context }: Where): readonly Action[] {
  const { from, to } = context
  const later = group.slice(group.indexOf(view) + 1)
  const readers = directDependents(view, from).filter((key) => {
    // One that reads several of them is bound when the last of them is there.
    const waits = later.some((next) => directDependents(next, from).includes(key))
    return kindIn(key) !== 'matview' && stays(key, context) && !waits
  })
  return readers.flatMap((key) => {
    const action = rebind(key, context)
    if (action === undefined) return []
    const isSame = same(from.objects.get(key), to.objects.get(key))
    const needs = isSame ? [] : [...(to.needs.get(key) ?? [])].filter((need) => !group.includes(need))
    return [{ sql: action.sql, needs, covers: [key], ...(action.locks ? { locks: action.locks } : {}) }]
  })
}

function rebind(key: ObjectKey, context: DiffContext): Action | undefined {
  const [from, to] = [context.from.objects.get(key), context.to.objects.get(key)]
  if (from?.kind === 'view' && to?.kind === 'view') return replaceView(from, to, context)
  if (from?.kind === 'routine' && to?.kind === 'routine') return replaceRoutine(from, to, [])
  if (from?.kind === 'rule' && to?.kind === 'rule') return replaceRule(from, to, context)
  if (from?.kind === 'policy' && to?.kind === 'policy') return rebindPolicy(from, to, context)
  return undefined
}
