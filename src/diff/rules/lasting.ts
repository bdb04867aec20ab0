import { plainIdent } from '../../kernel/index.ts'
import type { HazardFacts, ObjectKey, PlanRule, Policy, Rule, Trigger } from '../../model/index.ts'
import { type ActionHazard, planHazard } from '../hazards.ts'
import { labelOfKey } from '../label.ts'
import type { DiffContext } from '../rule.ts'

interface Going {
  readonly rule: PlanRule
  readonly facts: HazardFacts
  readonly variant?: string
}

/** What somebody has written is dropped and not made anew: to be asked for, as nobody may have meant it. */
export function lastingDrop(
  key: ObjectKey,
  { to }: DiffContext,
  { rule, facts, variant }: Going,
): readonly ActionHazard[] {
  return to.objects.has(key) ? [] : [planHazard(rule, facts, { variant })]
}

/** Of what belongs to a table or view. */
export function memberFacts({ name, table }: Trigger | Policy | Rule): HazardFacts {
  return { name: plainIdent(name), table: labelOfKey(table) }
}

export function lastingType(key: ObjectKey, context: DiffContext): readonly ActionHazard[] {
  return lastingDrop(key, context, { rule: 'drop-type', facts: { name: labelOfKey(key) } })
}
