import type { LockMode } from '../locks.ts'

/** drop: rows, values or names go · lock: reads or writes wait, or the statement fails · notice: worth knowing. */
export type Severity = 'drop' | 'lock' | 'notice'

/** What a template may name. Names come as SQL, quoted where they must be. */
export type HazardFact =
  | 'table'
  | 'column'
  | 'index'
  | 'constraint'
  | 'type'
  | 'old'
  | 'new'
  | 'name'
  | 'partition'
  | 'parent'
  | 'other'
  | 'kind'
  | 'mode'
  /** The user's statement in its safe form, or the recipe that takes its place. */
  | 'sql'

export type HazardFacts = Readonly<Partial<Record<HazardFact, string>>>

export interface HazardTexts {
  /** What is blocked or lost, until when. Whole sentences; {table} and the like stand for facts. */
  readonly message: string
  /** What to write instead: SQL, a statement a line, or a sentence. */
  readonly instead: string
}

/** One rule of the catalogue: all that is said of it anywhere. */
export interface HazardEntry extends HazardTexts {
  readonly severity: Severity
  readonly title: string
  /** Of an opinion that not everybody shares, or of what gigarow sees to itself: on only where it is asked for. */
  readonly off?: true
  /** The strongest lock on what is in use, and what that is. */
  readonly lock?: { readonly mode: LockMode; readonly on: string }
  /** Other texts for a special case: a partitioned table, another version of the server. */
  readonly variants?: Readonly<Record<string, Partial<HazardTexts> & { readonly severity?: Severity }>>
  /** For the documentation: what happens and why. Paragraphs. */
  readonly why: readonly string[]
  /** A migration that the rule finds, on the tables of EXAMPLE_TABLES. */
  readonly bad: string
  /** The same in safe form: one text a migration. Run on a real server by the tests. */
  readonly good: readonly string[]
  /** The first version of PostgreSQL that takes `good`. */
  readonly since?: number
  /** Statements before the example, where EXAMPLE_TABLES are not enough. */
  readonly given?: string
  /** What other tools call it. */
  readonly like?: readonly string[]
  readonly links?: readonly string[]
}

export function defineHazards<const T extends Readonly<Record<string, HazardEntry>>>(entries: T): T {
  return Object.freeze(entries)
}
