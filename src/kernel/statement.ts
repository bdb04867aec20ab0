/** Why a statement is dangerous on a table that is in use. */
export interface Hazard {
  /** drop: rows go · lock: reads or writes wait while every row is read · never: nothing allows it, `text` says what does. */
  readonly kind: 'drop' | 'lock' | 'never'
  /** One sentence: what happens to which object, and what to write instead. */
  readonly text: string
}

/** One step of a plan, as a value. */
export interface Statement {
  /** Without the semicolon. */
  readonly sql: string
  /** Whether it can run inside a transaction together with others. */
  readonly transactional: boolean
  /** Said above the statement in the file. */
  readonly comment?: string
  /** What takes it back, in this order; empty when it goes away with its table; absent when it is not known. */
  readonly reverse?: readonly string[]
  readonly hazard?: Hazard
}
