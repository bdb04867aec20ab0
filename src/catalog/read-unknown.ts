import type { Read } from './snapshot.ts'

/** What a database may hold and this model does not, as PostgreSQL names it: aggregate public.f(integer). */
export async function readUnknown(read: Read): Promise<readonly string[]> {
  const rows = await read<{ readonly label: string }>('catalog_unknown')
  return Object.freeze(rows.map(({ label }) => label))
}
