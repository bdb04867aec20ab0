import type { Catalog, Table } from '../../model/index.ts'
import { keyOf, membersOf } from './tree.ts'

/** The columns that a partition key names, those in its expressions included. */
export function keyColumns(catalog: Catalog, table: Table): readonly string[] {
  const { columns } = membersOf(catalog, table.key)
  return keyOf(table).parts.flatMap(({ sql, column }) => {
    if (column !== undefined) return [column]
    const words = new Set(
      [...sql.matchAll(/"((?:[^"]|"")+)"|[\p{L}_][\p{L}\p{N}_$]*/gu)].map((m) => m[1] ?? m[0]),
    )
    return columns.map(({ name }) => name).filter((name) => words.has(name))
  })
}
