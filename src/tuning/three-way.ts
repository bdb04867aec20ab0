import { sameText } from './list-value.ts'

export interface ThreeWay {
  /** Texts in postgresql.auto.conf; null: not in there. */
  readonly before: string | null
  readonly ours: string
  readonly now: string | null
}

/** restore: it is ours, put it back. back: nothing to do. conflict: somebody else has changed it meanwhile. */
export type Decision = 'restore' | 'back' | 'conflict'

/** An announced change that a crash kept from happening needs no case of its own: then now is before. */
export function decideRevert(name: string, { before, ours, now }: ThreeWay): Decision {
  if (sameText(name, now, before)) return 'back'
  return sameText(name, now, ours) ? 'restore' : 'conflict'
}
