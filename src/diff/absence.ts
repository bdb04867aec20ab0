import { kindIn, type ObjectKey } from '../model/index.ts'
import { type ActionHazard, planHazard } from './hazards.ts'
import { labelOfKey } from './label.ts'
import type { Step } from './order.ts'
import type { Action } from './rule.ts'

/** What is noticed while it is away. A materialized view says so itself. */
const MISSED = {
  view: 'drop-view',
  routine: 'drop-routine',
  trigger: 'drop-trigger',
  policy: 'drop-policy',
  rule: 'drop-rule',
} as const

/** What is dropped and made anew, but not in one transaction: others see that it is missing. */
export function absences(steps: readonly Step[]): ReadonlyMap<Action, readonly ActionHazard[]> {
  const found = new Map<Action, readonly ActionHazard[]>()
  steps.forEach(({ action, drops }, i) => {
    const hazards = drops.flatMap((key) => absence(key, steps, i))
    if (hazards.length > 0) found.set(action, hazards)
  })
  return found
}

function absence(key: ObjectKey, steps: readonly Step[], dropped: number): readonly ActionHazard[] {
  const rule = MISSED[kindIn(key) as keyof typeof MISSED]
  const maker = steps.find(({ makes }, i) => i > dropped && makes.includes(key))
  if (rule === undefined || maker === undefined) return []
  const made = steps.findLastIndex(({ call }) => call === maker.call)
  const alone = steps.slice(dropped, made + 1).find(({ action }) => action.runs === 'alone')
  if (alone === undefined) return []
  const facts = { name: labelOfKey(key), sql: short(alone.action.sql) }
  return [planHazard(rule, facts, { variant: 'missing' })]
}

function short(sql: string): string {
  const line = sql.replaceAll(/\s+/g, ' ')
  return line.length > 80 ? `${line.slice(0, 79)}…` : line
}
