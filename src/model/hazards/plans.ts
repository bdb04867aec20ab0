import type { HazardTexts, Severity } from './entry.ts'

/** What only the plan of a diff can know: it has no statement of its own that lint could find. */
export interface PlanHazardEntry extends HazardTexts {
  readonly severity: Severity
  readonly variants?: Readonly<Record<string, Partial<HazardTexts> & { readonly severity?: Severity }>>
}

const definePlanHazards = <const T extends Readonly<Record<string, PlanHazardEntry>>>(entries: T): T =>
  Object.freeze(entries)

/** Dropped and made anew, and between the two is a statement that runs alone. */
const missing = (what: string, missed: string) => ({
  severity: 'lock' as const,
  message: `The ${what} {name} is dropped, and ${missed} until it is made anew, which is after another statement that cannot run in the same transaction: {sql}.`,
  instead: 'make that change in a plan of its own, before this one or after it.',
})

export const PLAN_HAZARDS = definePlanHazards({
  'drop-view': {
    severity: 'notice',
    message: 'The view {name} is dropped: queries that still use it fail. No rows are lost.',
    instead: 'drop it when no program asks for it any more.',
    variants: { missing: missing('view', 'queries on it fail') },
  },
  'drop-routine': {
    severity: 'notice',
    message:
      'The {kind} {name} is dropped: what still calls it in text (other functions, applications) fails.',
    instead: 'drop it when nothing calls it any more.',
    variants: { missing: missing('routine', 'what calls it fails') },
  },
  'drop-trigger': missing('trigger', 'it does not fire'),
  'drop-policy': missing('policy', 'its rows are guarded by the other policies only'),
  'drop-sequence': {
    severity: 'drop',
    message: 'The sequence {name} is lost, and with it the number that it stands at.',
    instead: 'note SELECT last_value FROM {name} first, if somebody may need it.',
  },
  'drop-attribute': {
    severity: 'drop',
    message: 'Everything in the attribute {name} of {column} is lost.',
    instead: 'move it to a column of its own first.',
  },
  'type-loses-digits': {
    severity: 'drop',
    message:
      'Values of {table}.{column} that {type} cannot hold exactly are rounded or cut off, without an error.',
    instead: 'add a column of the new type and keep the old one until nobody needs it.',
  },
  'sequence-position-scans': {
    severity: 'lock',
    message:
      'Nobody can read or write {table} until all its rows are read for the {kind} {column}: no index begins with it.',
    instead:
      'in a migration before this one, build an index on {table} ({column}) CONCURRENTLY; drop it after this one.',
  },
  'heirs-not-null-scans': {
    severity: 'lock',
    message:
      'Nobody can read or write {table} and the tables that inherit from it until all rows of those are checked for NULL in {column}.',
    instead: 'give each of them the NOT NULL with NOT VALID and validate it, before this plan.',
  },
  'matview-stale': {
    severity: 'notice',
    message:
      'The query of {other} changes, which the materialized view {name} reads: its rows stay those of the earlier query.',
    instead: 'REFRESH MATERIALIZED VIEW {name} after this plan.',
  },
  'matview-rebuild': {
    severity: 'notice',
    message:
      '{name} is filled anew beside the old one{kind}: it takes that room once more and the time of its query. Meanwhile what it reads is read under ACCESS SHARE: ALTER and DROP of it wait, reads and writes do not.',
    instead: 'see that there is room, or drop it and make it again in a quiet hour.',
  },
})

export type PlanOnlyRule = keyof typeof PLAN_HAZARDS
