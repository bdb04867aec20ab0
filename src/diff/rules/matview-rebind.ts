import { kindIn, type ObjectKey } from '../../model/index.ts'
import type { Action, DiffContext } from '../rule.ts'
import { same } from '../same.ts'
import { stays } from './matview-set.ts'
import { rebindPolicy } from './policy.ts'
import { replaceRoutine } from './routine.ts'
import { replaceRule } from './rule.ts'
import { directDependents, directSources } from './sources.ts'
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
  return boundAt(view, { group, context }).flatMap((key) => {
    const action = rebind(key, context)
    if (action === undefined) return []
    const isSame = same(from.objects.get(key), to.objects.get(key))
    const needs = isSame ? [] : [...(to.needs.get(key) ?? [])].filter((need) => !group.includes(need))
    return [{ sql: action.sql, needs, covers: [key], ...(action.locks ? { locks: action.locks } : {}) }]
  })
}

/** Each is bound once, when the last of what its new text reads is there; of those at one place sources go first. */
function boundAt(view: ObjectKey, { group, context }: Where): readonly ObjectKey[] {
  const all = group.flatMap((key) => directDependents(key, context.from))
  const bound = new Set(all.filter((key) => kindIn(key) !== 'matview' && stays(key, context)))
  const places = new Map<ObjectKey, number>()
  const place = (key: ObjectKey): number => {
    const known = places.get(key)
    if (known !== undefined) return known
    const before = directSources(key, context.to).map((source) =>
      bound.has(source) ? place(source) : group.indexOf(source),
    )
    const own = Math.max(0, ...before)
    places.set(key, own)
    return own
  }
  for (const key of [...bound].sort()) place(key)
  // A map keeps the order in which they were found: what a view reads stands before it.
  return [...places].filter(([, at]) => at === group.indexOf(view)).map(([key]) => key)
}

function rebind(key: ObjectKey, context: DiffContext): Action | undefined {
  const [from, to] = [context.from.objects.get(key), context.to.objects.get(key)]
  if (from?.kind === 'view' && to?.kind === 'view') return replaceView(from, to, context)
  if (from?.kind === 'routine' && to?.kind === 'routine') return replaceRoutine(from, to, [])
  if (from?.kind === 'rule' && to?.kind === 'rule') return replaceRule(from, to, context)
  if (from?.kind === 'policy' && to?.kind === 'policy') return rebindPolicy(from, to, context)
  return undefined
}
