/** Values that rows can be compared by here, without asking the server. */
export type Family = 'integer' | 'float' | 'text' | 'date' | 'timestamp' | 'timestamptz'

export type Comparison = '=' | '<>' | '<' | '<=' | '>' | '>='

/** Numbers, times as microseconds since 2000, texts. */
export type Constant = number | string

/** What can be said of a row by its text. `server`: what only the server can say. */
export type Condition =
  | { readonly kind: 'and' | 'or'; readonly of: readonly Condition[] }
  | { readonly kind: 'not'; readonly of: Condition }
  | {
      readonly kind: 'compare'
      readonly column: string
      readonly family: Family
      readonly op: Comparison
      readonly value: Constant
    }
  | {
      readonly kind: 'in'
      readonly column: string
      readonly family: Family
      readonly values: readonly Constant[]
    }
  | { readonly kind: 'null'; readonly column: string }
  | { readonly kind: 'server' }

/** Which rows are wanted. */
export interface Filter {
  /** The whole of it, as the server reads it: COPY … WHERE. */
  readonly sql: string
  /** As people wrote it. */
  readonly text: string
  readonly condition: Condition
  /** Who leaves rows out: we, before anything is sent; the server; both. */
  readonly where: 'here' | 'server' | 'both'
}

/** Whether rows can be left out by the condition without the server. */
export function canDrop(condition: Condition): boolean {
  if (condition.kind === 'and') return condition.of.some(canDrop)
  if (condition.kind === 'or') return condition.of.every(canDrop)
  if (condition.kind === 'not') return isKnown(condition.of)
  return condition.kind !== 'server'
}

/** Whether the server is not needed to say which rows are wanted. */
export function isKnown(condition: Condition): boolean {
  if (condition.kind === 'and' || condition.kind === 'or') return condition.of.every(isKnown)
  if (condition.kind === 'not') return isKnown(condition.of)
  return condition.kind !== 'server'
}
