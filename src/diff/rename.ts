import type { Catalog } from '../model/index.ts'
import type { Refusal } from './plan.ts'
import type { Action, Rename } from './rule.ts'

export interface Renamed {
  /** As it is after the renames. */
  readonly catalog: Catalog
  readonly actions: readonly Action[]
  readonly refusals: readonly Refusal[]
}

export function renamed(catalog: Catalog, renames: readonly Rename[]): Renamed {
  if (renames.length === 0) return { catalog, actions: [], refusals: [] }
  throw new Error('not there yet')
}
