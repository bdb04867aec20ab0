import type { HazardTexts, Severity } from './entry.ts'

/** What only the plan of a diff can know: it has no statement of its own that lint could find. */
export interface PlanHazardEntry extends HazardTexts {
  readonly severity: Severity
  readonly variants?: Readonly<Record<string, Partial<HazardTexts> & { readonly severity?: Severity }>>
}

const definePlanHazards = <const T extends Readonly<Record<string, PlanHazardEntry>>>(entries: T): T =>
  Object.freeze(entries)

export const PLAN_HAZARDS = definePlanHazards({
  'drop-attribute': {
    severity: 'drop',
    message: 'Everything in the attribute {name} of {column} is lost.',
    instead: 'move it to a column of its own first.',
  },
  'drop-enum-value': {
    severity: 'drop',
    message:
      'The enum {name} loses {kind}: programs that still write or ask for it fail, and so does this statement where a row of {other} holds it.',
    instead: 'give those rows another value first, and drop the value when no program names it.',
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
