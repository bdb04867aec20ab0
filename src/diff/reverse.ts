import { LOSES_NO_ROWS } from '../model/index.ts'
import type { Changes } from './changes.ts'
import { type Call, contextOf, type Sides } from './context.ts'
import type { PlanStatement } from './plan.ts'
import type { Action, DiffContext } from './rule.ts'
import { ruleOf } from './rules/index.ts'

type Reverse = PlanStatement['reverse']

/**
 * What takes a call back where its rule does not say so: the rule asked for the way back. It belongs to the first action, because
 * reverses run in the opposite order: then the others are taken back by it, too.
 */
export function reversesOf({ calls, gone, made }: Changes, sides: Sides): ReadonlyMap<Action, Reverse> {
  const back: Sides = {
    ...sides,
    from: sides.to,
    to: sides.from,
    fromNeeds: sides.toNeeds,
    toNeeds: sides.fromNeeds,
  }
  const context = contextOf(back, made, gone)
  const reverses = new Map<Action, Reverse>()
  for (const call of calls) {
    if (call.actions.every(({ reverse }) => reverse !== undefined)) continue
    const whole = reverseOf(call, sides, context)
    call.actions.forEach((action, i) => {
      reverses.set(action, i === 0 || 'none' in whole ? whole : { sql: [] })
    })
  }
  return reverses
}

function reverseOf({ verb, object, actions }: Call, { from }: Sides, context: DiffContext): Reverse {
  const lost = actions
    .flatMap(({ hazards = [] }) => hazards)
    .find(({ severity, rule }) => severity === 'drop' && !LOSES_NO_ROWS.has(rule))
  if (lost) return { none: `what is dropped is gone: ${lost.text}` }
  const before = from.objects.get(object.key)
  const answer =
    verb === 'create'
      ? ruleOf(object).drop(object, context)
      : verb === 'drop'
        ? ruleOf(object).create(object, context)
        : before && ruleOf(object).alter(object, before, context)
  if (answer === undefined || answer === 'replace' || 'refused' in answer)
    return { none: 'the way back is a change of its own: compare the two states the other way round' }
  return { sql: answer.map(({ sql }) => sql) }
}
