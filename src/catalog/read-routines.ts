import { objectKey } from '../model/index.ts'
import { CLASS, type Registry } from './registry.ts'
import type { Read } from './snapshot.ts'
import { textOr } from './values.ts'

interface RoutineRow {
  readonly oid: number
  readonly namespace: number
  readonly name: string
  readonly kind: 'f' | 'p' | 'w'
  /** Of the arguments that tell overloaded routines apart: integer, text. */
  readonly types: string
  readonly arguments: string
  readonly definition: string
  readonly result: string | null
}

/** Functions and procedures. */
export async function readRoutines(read: Read, registry: Registry): Promise<void> {
  for (const row of await read<RoutineRow>('catalog_routines')) {
    if (registry.isMember(CLASS.routine, row.oid)) continue
    const schema = registry.schemaName(row.namespace)
    const name = Object.freeze({ schema, name: row.name })
    const key = objectKey('routine', name, `(${row.types})`)
    registry.name(CLASS.routine, row.oid, key)
    registry.add({
      kind: 'routine',
      key,
      name,
      arguments: row.arguments,
      type: row.kind === 'p' ? 'procedure' : 'function',
      definition: row.definition.trimEnd(),
      result: textOr(row.result),
    })
    registry.need(key, registry.schemaKey(schema))
  }
}
