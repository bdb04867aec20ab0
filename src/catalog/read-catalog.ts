import type { Catalog } from '../model/index.ts'
import { readColumns } from './read-columns.ts'
import { readConstraints } from './read-constraints.ts'
import { readIndexes } from './read-indexes.ts'
import { readSchemas } from './read-schemas.ts'
import { readSequences } from './read-sequences.ts'
import { readTables } from './read-tables.ts'
import { Registry } from './registry.ts'
import { type CatalogSource, inSnapshot, type Read } from './snapshot.ts'

export interface ReadCatalogOptions {
  /** Only what is in these schemas; what it needs elsewhere is left out of `needs`. Default: all but the system's and gigarow's own. */
  readonly schemas?: readonly string[]
}

/**
 * A database's schema as it is at one moment. The number of queries is the same for one table and for ten thousand. Locks:
 * ACCESS SHARE on what views and expressions use, until the end.
 */
export async function readCatalog(
  source: CatalogSource,
  { schemas }: ReadCatalogOptions = {},
): Promise<Catalog> {
  return inSnapshot(source, { schemas }, async (read, major) => {
    const registry = new Registry()
    await readRelations(read, registry)
    const { objects, needs } = registry
    return Object.freeze({ major, objects, needs, unknown: [] })
  })
}

async function readRelations(read: Read, registry: Registry): Promise<void> {
  await readSchemas(read, registry)
  const { parents } = await readTables(read, registry)
  const sequences = await readSequences(read, registry, parents)
  await readColumns(read, registry, sequences.identities)
  sequences.addAll()
  const constraints = await readConstraints(read, registry, parents)
  const indexes = await readIndexes(read, registry)
  constraints.addAll()
  indexes.addAll()
}
