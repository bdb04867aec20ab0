import { objectKey } from '../model/index.ts'
import { CLASS, type Registry } from './registry.ts'
import type { Read } from './snapshot.ts'

interface StatisticsRow {
  readonly oid: number
  readonly namespace: number
  readonly name: string
  readonly relation: number
  readonly definition: string
  readonly target: number | null
}

/** CREATE STATISTICS. */
export async function readStatistics(read: Read, registry: Registry): Promise<void> {
  for (const row of await read<StatisticsRow>('catalog_statistics')) {
    const table = registry.relation(row.relation)
    if (table === undefined || registry.isMember(CLASS.statistics, row.oid)) continue
    const schema = registry.schemaName(row.namespace)
    const name = Object.freeze({ schema, name: row.name })
    const key = objectKey('statistics', name)
    registry.name(CLASS.statistics, row.oid, key)
    registry.add({
      kind: 'statistics',
      key,
      name,
      table,
      definition: row.definition,
      target: row.target ?? undefined,
    })
    registry.need(key, table, registry.schemaKey(schema))
  }
}
