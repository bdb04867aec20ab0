import { ident } from '../../kernel/index.ts'
import type { Catalog, Column } from '../../model/index.ts'

/** Whether rows are put into partitions by the column: its type cannot be changed then. */
export function isPartitionKey({ table, name }: Column, { objects }: Catalog): boolean {
  const object = objects.get(table)
  if (object?.kind !== 'table' || object.partitionKey === undefined) return false
  const words: readonly string[] =
    object.partitionKey.replace(/^\w+ /, '').match(/"(?:[^"]|"")*"|[\w$]+/g) ?? []
  return words.includes(name) || words.includes(ident(name))
}
