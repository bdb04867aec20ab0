import { addTo } from '../kernel/index.ts'
import { type Catalog, kindIn, type ObjectKey } from '../model/index.ts'
import { labelOfKey } from './label.ts'
import type { Refusal } from './plan.ts'

/** Objects of kinds that are not managed, and that only one side has: no plan makes or drops them. */
export interface Unmanaged {
  readonly from: readonly string[]
  readonly to: readonly string[]
}

export function unmanaged(from: Catalog, to: Catalog): Unmanaged {
  const without = (a: Catalog, b: Catalog) => a.unknown.filter((label) => !b.unknown.includes(label))
  return { from: without(from, to), to: without(to, from) }
}

/** What the new state cannot be made without. */
export function unmanagedRefusals(from: Catalog, to: Catalog): readonly Refusal[] {
  const missing = new Set(unmanaged(from, to).to)
  const users = new Map<string, ObjectKey[]>()
  for (const [key, labels] of missing.size === 0 ? [] : (to.unknownNeeds ?? [])) {
    if (!to.objects.has(key)) continue
    for (const label of labels.filter((one) => missing.has(one))) addTo(users, label, key)
  }
  const sorted = [...users]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([label, keys]) => [label, keys.sort()] as const)
  return sorted.map(([label, keys]) => ({
    reason: `${listOf(keys)} ${keys.length === 1 ? 'needs' : 'need'} the ${label}, which is not there, and which gigarow does not manage`,
    wayOut: `make the ${label} by hand first, in a migration of your own (gigarow generate --custom)`,
  }))
}

const SHOWN = 5

function listOf(keys: readonly ObjectKey[]): string {
  const names = keys.slice(0, SHOWN).map((key) => `the ${kindIn(key)} ${labelOfKey(key)}`)
  return `${names.join(', ')}${keys.length > SHOWN ? ` and ${keys.length - SHOWN} more` : ''}`
}
