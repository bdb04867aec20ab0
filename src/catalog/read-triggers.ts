import { memberKey } from '../model/index.ts'
import { keysByParent } from './by-parent.ts'
import { CLASS, type Registry } from './registry.ts'
import type { Read } from './snapshot.ts'
import { ENABLED } from './values.ts'

interface TriggerRow {
  readonly oid: number
  readonly relation: number
  readonly name: string
  readonly definition: string
  readonly enabled: string
  readonly parent: number
  /** Of a constraint trigger, else 0. */
  readonly constraint: number
}

export async function readTriggers(read: Read, registry: Registry): Promise<void> {
  const rows = await read<TriggerRow>('catalog_triggers')
  const { keys, parents } = keysByParent(rows, {
    registry,
    own: (row, table) => memberKey('trigger', table, row.name),
  })
  for (const row of rows) {
    const key = keys.get(row.oid)
    const table = registry.relation(row.relation)
    if (key === undefined || table === undefined || registry.isMember(CLASS.trigger, row.oid)) continue
    const parent = parents.get(row.oid)
    registry.name(CLASS.trigger, row.oid, key)
    if (row.constraint !== 0) registry.name(CLASS.constraint, row.constraint, key)
    registry.add({
      kind: 'trigger',
      key,
      table,
      name: row.name,
      definition: row.definition,
      enabled: ENABLED[row.enabled] ?? 'origin',
      parent,
    })
    registry.need(key, table, parent)
  }
}
