import { COLUMN_HAZARDS } from './columns.ts'
import { CONSTRAINT_HAZARDS } from './constraints.ts'
import { DATA_HAZARDS } from './data.ts'
import { DROPPED_HAZARDS } from './dropped.ts'
import type { HazardEntry, HazardFacts, Severity } from './entry.ts'
import { FILE_HAZARDS } from './files.ts'
import { INDEX_HAZARDS } from './indexes.ts'
import { hazardObject } from './object.ts'
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
  ...DROPPED_HAZARDS,
  ...PARTITION_HAZARDS,
  ...DATA_HAZARDS,
  ...TYPE_HAZARDS,
  ...FILE_HAZARDS,
})

export type HazardRule = keyof typeof HAZARDS

/** Also those that only a plan can have. */
export type PlanRule = HazardRule | PlanOnlyRule

/** Of severity drop, but what goes is a definition, and the same definition brings it back. */
export const LOSES_NO_ROWS: ReadonlySet<string> = new Set<HazardRule>([
  'disable-row-security',
  'drop-policy',
  'drop-routine',
  'drop-rule',
  'drop-trigger',
  'drop-type',
  'drop-view',
  'revoke',
])

export function isHazardRule(name: string): name is HazardRule {
  return Object.hasOwn(HAZARDS, name)
}

/** Every name that a finding or a plan can have. */
export const HAZARD_NAMES: readonly string[] = [
  ...new Set([...Object.keys(HAZARDS), ...Object.keys(PLAN_HAZARDS)]),
]

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
  /** What it is about: public.orders, public.orders.legacy; undefined where it is not one object. */
  readonly object: string | undefined
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
  const { severity } = texts
  const object = hazardObject(rule, facts)
  return Object.freeze({ rule, severity, message, help, object, text: `${message} Instead: ${line}` })
}

function fill(template: string, facts: HazardFacts, rule: PlanRule): string {
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = (facts as Readonly<Record<string, string | undefined>>)[name]
    if (value === undefined) throw new TypeError(`the text of ${rule} needs the fact ${name}`)
    return value
  })
}
