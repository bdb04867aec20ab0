import { memberKey, type Policy } from '../model/index.ts'
import { CLASS, type Registry } from './registry.ts'
import type { Read } from './snapshot.ts'
import { textOr } from './values.ts'

interface PolicyRow {
  readonly oid: number
  readonly relation: number
  readonly name: string
  readonly permissive: boolean
  readonly command: string
  readonly roles: readonly string[]
  readonly using_expression: string | null
  readonly check_expression: string | null
}

const COMMANDS: Readonly<Record<string, Policy['command']>> = {
  '*': 'all',
  r: 'select',
  a: 'insert',
  w: 'update',
  d: 'delete',
}

export async function readPolicies(read: Read, registry: Registry): Promise<void> {
  for (const row of await read<PolicyRow>('catalog_policies')) {
    const table = registry.relation(row.relation)
    if (table === undefined) continue
    const key = memberKey('policy', table, row.name)
    registry.name(CLASS.policy, row.oid, key)
    registry.add({
      kind: 'policy',
      key,
      table,
      name: row.name,
      permissive: row.permissive,
      command: COMMANDS[row.command] ?? 'all',
      roles: Object.freeze(row.roles),
      using: textOr(row.using_expression),
      check: textOr(row.check_expression),
    })
    registry.need(key, table)
  }
}
