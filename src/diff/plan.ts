import { LOCK_MODES, type LockMode } from '../model/index.ts'

export { LOCK_MODES, type LockMode }

/** The strongest lock that a statement takes on a relation that was there before. */
export interface Lock {
  /** As SQL writes it, without public: events, warehouse.facts, "Order Lines". */
  readonly relation: string
  readonly mode: LockMode
}

/** Why a statement is dangerous on tables that are in use. Its text is from one catalogue (docs/hazards). */
export interface PlanHazard {
  /** The rule's name in the catalogue: drop-column, index-blocks-writes … */
  readonly rule: string
  /** drop: rows or values go · lock: reads or writes wait while rows are read or written · notice: worth knowing. */
  readonly severity: 'drop' | 'lock' | 'notice'
  /** What it is dangerous for, as SQL writes it: public.orders, public.orders.legacy. Left out where it is not one object. */
  readonly object?: string
  /** What is blocked or lost, until when, and what to do instead, with the user's names. */
  readonly text: string
}

export interface PlanStatement {
  /** Without the semicolon. */
  readonly sql: string
  /** transaction: together with others · alone: outside of any transaction (CREATE INDEX CONCURRENTLY). */
  readonly runs: 'transaction' | 'alone'
  readonly locks: readonly Lock[]
  /** Milliseconds: how long it may wait for its locks before it is tried again. */
  readonly lockTimeout: number
  /** Milliseconds; undefined where it reads or writes every row and may take as long as that takes. */
  readonly statementTimeout: number | undefined
  readonly hazards: readonly PlanHazard[]
  /** What takes it back, or in words why nothing does. */
  readonly reverse: { readonly sql: readonly string[] } | { readonly none: string }
  /** Said above the statement. */
  readonly comment?: string
}

/** Why there is no way from one state to the other that keeps every row, and what to do. */
export interface Refusal {
  readonly reason: string
  readonly wayOut: string
}

/** What leads from one catalog to another, as a value. */
export interface Plan {
  readonly statements: readonly PlanStatement[]
  /** Not empty: the statements are not all, and nothing may be run. */
  readonly refusals: readonly Refusal[]
}
