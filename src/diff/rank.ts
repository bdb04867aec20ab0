import type { ObjectKind, SchemaObject } from '../model/index.ts'
import type { Call } from './context.ts'

/** As a person would write it, where nothing else decides: what uses others goes first and comes last. */
const CREATED: readonly (ObjectKind | 'foreign')[] = [
  'schema',
  'extension',
  'enum',
  'domain',
  'type',
  'sequence',
  'table',
  'column',
  'constraint',
  'index',
  'foreign',
  'statistics',
  'routine',
  'view',
  'matview',
  'trigger',
  'rule',
  'policy',
  'grant',
  'comment',
]
const DROPPED_FIRST: readonly ObjectKind[] = [
  'comment',
  'grant',
  'policy',
  'rule',
  'trigger',
  'matview',
  'view',
  'constraint',
  'statistics',
]
const DROPPED_LAST: readonly ObjectKind[] = [
  'index',
  'column',
  'routine',
  'table',
  'sequence',
  'type',
  'domain',
  'enum',
  'extension',
  'schema',
]

export function rankOf({ verb, object }: Call): number {
  if (verb === 'rename') return 0
  if (verb !== 'drop') return 100 + CREATED.indexOf(isForeign(object) ? 'foreign' : object.kind)
  const first = DROPPED_FIRST.indexOf(object.kind)
  return first >= 0 ? 1 + first : 200 + DROPPED_LAST.indexOf(object.kind)
}

/** Ties: by name, but for columns, which are added in their declared order. */
export function sortKeyOf({ object }: Call): string {
  if (object.kind !== 'column') return object.key
  return `${object.table} ${String(object.position).padStart(6, '0')}`
}

function isForeign(object: SchemaObject): boolean {
  return object.kind === 'constraint' && object.type === 'foreign'
}
