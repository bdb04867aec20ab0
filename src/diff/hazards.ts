import { type HazardFacts, type HazardOptions, type HazardRule, hazard } from '../model/index.ts'
import type { PlanHazard } from './plan.ts'

/** The catalogue's text with the user's names. */
export function planHazard(rule: HazardRule, facts: HazardFacts, options?: HazardOptions): PlanHazard {
  const { severity, text } = hazard(rule, facts, options)
  return { rule, severity, text }
}
