import { COLUMN_HAZARDS } from './columns.ts'
import { CONSTRAINT_HAZARDS } from './constraints.ts'
import { DATA_HAZARDS } from './data.ts'
import type { HazardEntry, HazardFacts, Severity } from './entry.ts'
import { FILE_HAZARDS } from './files.ts'
import { INDEX_HAZARDS } from './indexes.ts'
import { OBJECT_HAZARDS } from './objects.ts'
import { PARTITION_HAZARDS } from './partitions.ts'
import { PLAN_HAZARDS, type PlanHazardEntry, type PlanOnlyRule } from './plans.ts'
import { TYPE_HAZARDS } from './types.ts'

/** Every rule, by its name. Names are a contract: people write them into comments. */
export const HAZARDS = Object.freeze({
  ...INDEX_HAZARDS,
  ...CONSTRAINT_HAZARDS,
  ...COLUMN_HAZARDS,
  ...OBJECT_HAZARDS,
  ...PARTITION_HAZARDS,
  ...DATA_HAZARDS,
  ...TYPE_HAZARDS,
  ...FILE_HAZARDS,
})

export type HazardRule = keyof typeof HAZARDS

/** Also those that only a plan can have. */
export type PlanRule = HazardRule | PlanOnlyRule

export function isHazardRule(name: string): name is HazardRule {
  return Object.hasOwn(HAZARDS, name)
}

export function hazardEntry(rule: HazardRule): HazardEntry {
  return HAZARDS[rule]
}

export interface HazardTextsOf<R extends PlanRule = HazardRule> {
  readonly rule: R
  readonly severity: Severity
  /** What is blocked or lost, until when. */
  readonly message: string
  /** What to write instead: SQL or a sentence. */
  readonly help: string
  /** Both in one line. */
  readonly text: string
}

export interface HazardOptions {
  /** One of the entry's variants; unknown ones stand for none. */
  readonly variant?: string | undefined
}

/** The catalogue's texts with the user's names. Throws TypeError when a fact is missing that they need. */
export function hazard<R extends PlanRule>(
  rule: R,
  facts: HazardFacts,
  { variant }: HazardOptions = {},
): HazardTextsOf<R> {
  const entry: PlanHazardEntry = isHazardRule(rule) ? hazardEntry(rule) : PLAN_HAZARDS[rule as PlanOnlyRule]
  const texts = { ...entry, ...(variant === undefined ? {} : entry.variants?.[variant]) }
  const message = fill(texts.message, facts, rule)
  const help = fill(texts.instead, facts, rule)
  const line = help.replaceAll(/\s*\n\s*(-- )?/g, ' ')
  return Object.freeze({ rule, severity: texts.severity, message, help, text: `${message} Instead: ${line}` })
}

function fill(template: string, facts: HazardFacts, rule: PlanRule): string {
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = (facts as Readonly<Record<string, string | undefined>>)[name]
    if (value === undefined) throw new TypeError(`the text of ${rule} needs the fact ${name}`)
    return value
  })
}
