import { nameParts, plainIdent } from '../../kernel/index.ts'
import type { HazardFacts } from './entry.ts'

/** Their objects stand in no schema, or are named with it. */
const WITHOUT_SCHEMA = new Set(['drop-schema', 'rename-schema', 'drop-database', 'drop-extension', 'revoke'])

/** What a hazard is about, as it is named to allow it: public.orders, public.orders.legacy. */
export function hazardObject(rule: string, facts: HazardFacts): string | undefined {
  const relation = facts.partition ?? facts.table
  const whole = facts.object ?? relation ?? facts.name ?? facts.old
  const parts = whole === undefined ? undefined : nameParts(whole)
  if (parts === undefined) return undefined
  const member = facts.object === undefined && relation !== undefined ? memberOf(rule, facts) : []
  const all = parts.length === 1 && !WITHOUT_SCHEMA.has(rule) ? ['public', ...parts] : parts
  return [...all, ...member].map(plainIdent).join('.')
}

/** Their {name} belongs to a table. */
const OF_TABLE = new Set(['drop-trigger', 'drop-policy', 'drop-rule'])

function memberOf(rule: string, facts: HazardFacts): readonly string[] {
  const { column, constraint, old, new: next, partition } = facts
  // A column that is renamed has no other name.
  const own = OF_TABLE.has(rule) ? facts.name : (column ?? constraint)
  const name = own ?? (next === undefined || partition !== undefined ? undefined : old)
  const parts = name === undefined ? undefined : nameParts(name)
  return parts?.length === 1 ? parts : []
}
