import { type Catalog, kindIn, labelOf, nameIn, type ObjectKey, type SchemaObject } from '../model/index.ts'
import type { PolicyOf } from './policies.ts'

export type DriftKind =
  /** In the database and nowhere else. */
  | 'added'
  | 'missing'
  | 'changed'
  | 'invalid-index'
  | 'unattached-index'
  /** A partition without the index that its parent has. */
  | 'leaf-without-index'
  | 'unvalidated-constraint'
  | 'pending-detach'
  | 'disabled-trigger'
  /** A materialized view without rows that can be asked for. */
  | 'empty-matview'
  | 'outside-policy'
  | 'short-runway'
  | 'sequence-behind'
  /** An object of a kind that gigarow does not manage. */
  | 'unknown-object'

export interface Drift {
  readonly kind: DriftKind
  /** table events, index events_time_idx */
  readonly object: string
  /** One sentence. */
  readonly text: string
  readonly expected?: string
  readonly found?: string
}

export interface DriftInput {
  readonly live: Catalog
  readonly expected: Catalog
  readonly policies: readonly PolicyOf[]
  /** How it is said that only one side has an object. */
  readonly words?: { readonly added: string; readonly missing: string }
  /** Milliseconds since 1970. */
  readonly now: number
}

export type KeyedDrift = Drift & { readonly key: ObjectKey | undefined }

/** table events, column events.id, index events_time_idx of events_p2025_01 */
export function titleOf(object: SchemaObject): string {
  const name = nameIn(object.key)
  const label = name.includes('" of "') || name.includes(' on ') ? plain(name) : labelOf(object)
  return `${kindIn(object.key)} ${plain(label)}`
}

export function plain(name: string): string {
  return name.replaceAll(/"([a-z_][a-z0-9_$]*)"/g, '$1').replaceAll(/(^|\s)public\./g, '$1')
}
