import { kindIn, type ObjectKey } from '../model/index.ts'
import { CLASS, type Registry } from './registry.ts'
import type { Read } from './snapshot.ts'

interface NeedRow {
  readonly class: number
  readonly oid: number
  readonly sub: number
  readonly ref_class: number
  readonly ref_oid: number
  readonly ref_sub: number
}

/** What the server knows of who uses what; by now every object has its key. */
export async function readNeeds(read: Read, registry: Registry): Promise<void> {
  await read.each<NeedRow>('catalog_needs', (row) => {
    const from = lift(registry, row.class, row.oid, row.sub)
    if (from !== undefined) needOf(from, row, registry)
  })
}

function needOf(from: ObjectKey, { ref_class, ref_oid, ref_sub }: NeedRow, registry: Registry): void {
  const to = lift(registry, ref_class, ref_oid, ref_sub) ?? registry.extensionOf(ref_class, ref_oid)
  if (to === undefined) {
    registry.needUnknown(from, ref_class, ref_oid)
    return
  }
  const table = kindIn(to) === 'column' && kindIn(from) !== 'column' ? registry.relation(ref_oid) : undefined
  // A table does not need its columns (those of its partition key), they need it.
  if (table !== from) registry.need(from, to, table)
}

/** The object of the model that something of the server is part of. */
function lift(registry: Registry, catalog: number, oid: number, sub: number): ObjectKey | undefined {
  if (catalog !== CLASS.relation || sub === 0) return registry.keyOf(catalog, oid)
  const column = registry.column(oid, sub)
  return column !== undefined && registry.objects.has(column) ? column : registry.relation(oid)
}
