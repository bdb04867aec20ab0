import { COLUMN_HAZARDS } from './columns.ts'
import { CONSTRAINT_HAZARDS } from './constraints.ts'
import { DATA_HAZARDS } from './data.ts'
import type { HazardEntry, HazardFacts, Severity } from './entry.ts'
import { FILE_HAZARDS } from './files.ts'
import { INDEX_HAZARDS } from './indexes.ts'
import { OBJECT_HAZARDS } from './objects.ts'
import { PARTITION_HAZARDS } from './partitions.ts'
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

export function isHazardRule(name: string): name is HazardRule {
  return Object.hasOwn(HAZARDS, name)
}

export function hazardEntry(rule: HazardRule): HazardEntry {
  return HAZARDS[rule]
}

export interface HazardTextsOf {
  readonly rule: HazardRule
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
export function hazard(rule: HazardRule, facts: HazardFacts, { variant }: HazardOptions = {}): HazardTextsOf {
  const entry = hazardEntry(rule)
  const texts = { ...entry, ...(variant === undefined ? {} : entry.variants?.[variant]) }
  const message = fill(texts.message, facts, rule)
  const help = fill(texts.instead, facts, rule)
  const line = help.replaceAll(/\s*\n\s*(-- )?/g, ' ')
  return Object.freeze({ rule, severity: entry.severity, message, help, text: `${message} Instead: ${line}` })
}

function fill(template: string, facts: HazardFacts, rule: string): string {
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = (facts as Readonly<Record<string, string | undefined>>)[name]
    if (value === undefined) throw new TypeError(`the text of ${rule} needs the fact ${name}`)
    return value
  })
}
