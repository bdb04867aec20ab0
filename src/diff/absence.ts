import { kindIn, type ObjectKey, type ObjectKind } from '../model/index.ts'
import { labelOfKey } from './label.ts'
import type { Step } from './order.ts'
import type { PlanHazard } from './plan.ts'
import type { Action } from './rule.ts'

/** What is noticed while it is away. A materialized view says so itself. */
const MISSED: Partial<Record<ObjectKind, string>> = {
  view: 'queries on it fail',
  routine: 'what calls it fails',
  trigger: 'it does not fire',
  policy: 'its rows are guarded by the other policies only',
}

/** What is dropped and made anew, but not in one transaction: others see that it is missing. */
export function absences(steps: readonly Step[]): ReadonlyMap<Action, readonly PlanHazard[]> {
  const found = new Map<Action, readonly PlanHazard[]>()
  steps.forEach(({ action, drops }, i) => {
    const hazards = drops.flatMap((key) => absence(key, steps, i))
    if (hazards.length > 0) found.set(action, hazards)
  })
  return found
}

function absence(key: ObjectKey, steps: readonly Step[], dropped: number): readonly PlanHazard[] {
  const kind = kindIn(key)
  const missed = MISSED[kind]
  const maker = steps.find(({ makes }, i) => i > dropped && makes.includes(key))
  if (missed === undefined || maker === undefined) return []
  const made = steps.findLastIndex(({ call }) => call === maker.call)
  const alone = steps.slice(dropped, made + 1).find(({ action }) => action.runs === 'alone')
  if (alone === undefined) return []
  return [
    {
      rule: `drop-${kind}`,
      severity: 'lock',
      text: `drops the ${kind} ${labelOfKey(key)}, and ${missed} until it is made anew, which is after another statement that cannot run in the same transaction: ${short(alone.action.sql)}. Instead: make that change in a plan of its own, before this one or after it.`,
    },
  ]
}

function short(sql: string): string {
  const line = sql.replaceAll(/\s+/g, ' ')
  return line.length > 80 ? `${line.slice(0, 79)}…` : line
}
