import type { Registry } from './registry.ts'
import type { Read } from './snapshot.ts'

interface UnknownRow {
  readonly class: number
  readonly oid: number
  readonly label: string
}

/** What a database may hold and this model does not, as PostgreSQL names it: aggregate public.f(integer). */
export async function readUnknown(read: Read, registry: Registry): Promise<readonly string[]> {
  const rows = await read<UnknownRow>('catalog_unknown')
  for (const row of rows) registry.nameUnknown(row.class, row.oid, row.label)
  return Object.freeze(rows.map(({ label }) => label))
}
