/**
 * Core code never prints: it emits typed events, and terminal, JSON, tests and dashboards listen.
 * Each module exports its own union of events (SeedEvent, MigrateEvent, …); every member has a `type` such as 'chunk.done'.
 */
export interface TypedEvent {
  readonly type: string
}

export type Emit<E extends TypedEvent> = (event: E) => void

/** For callers that do not listen. */
export const silent: Emit<TypedEvent> = () => {}
