import type { Catalog } from '../model/index.ts'
import { readAnnotations } from './read-annotations.ts'
import { readColumns } from './read-columns.ts'
import { readConstraints } from './read-constraints.ts'
import { readIndexes } from './read-indexes.ts'
import { readNeeds } from './read-needs.ts'
import { readOwners } from './read-owners.ts'
import { readPolicies } from './read-policies.ts'
import { readRoutines } from './read-routines.ts'
import { readSchemas } from './read-schemas.ts'
import { readSequences } from './read-sequences.ts'
import { readStatistics } from './read-statistics.ts'
import { readTables } from './read-tables.ts'
import { readTriggers } from './read-triggers.ts'
import { readTypes } from './read-types.ts'
import { readUnknown } from './read-unknown.ts'
import { addMatView, readRules, readViews } from './read-views.ts'
import { Registry } from './registry.ts'
import type { SharedObjects } from './shared.ts'
import { type CatalogSource, inSnapshot, type Read } from './snapshot.ts'

export interface ReadCatalogOptions {
  /** Only what is in these schemas; what it needs elsewhere is left out of `needs`. Default: all but the system's and gigarow's own. */
  readonly schemas?: readonly string[]
  /** With what has been read beside it. */
  readonly shared?: SharedObjects
}

/**
 * A database's schema as it is at one moment. The number of queries is the same for one table and for ten thousand. Locks:
 * ACCESS SHARE on what views and expressions use, until the end.
 */
export async function readCatalog(
  source: CatalogSource,
  { schemas, shared }: ReadCatalogOptions = {},
): Promise<Catalog> {
  return inSnapshot(source, { schemas }, async (read, major) => {
    const registry = new Registry(shared)
    await readSchemas(read, registry)
    await readTypes(read, registry)
    await readRelations(read, registry)
    await readRoutines(read, registry)
    await readRules(read, registry)
    await readTriggers(read, registry)
    await readPolicies(read, registry)
    await readStatistics(read, registry)
    const owners = await readOwners(read, registry)
    await readAnnotations(read, registry)
    const unknown = await readUnknown(read, registry)
    await readNeeds(read, registry)
    registry.shareNeeds()
    const { objects, needs, unknownNeeds } = registry
    return Object.freeze({ major, objects, needs, unknown, unknownNeeds, owners })
  })
}

/** Relations name each other: keys first, then columns, then what is built of both. */
async function readRelations(read: Read, registry: Registry): Promise<void> {
  const { matviews, parents, partitions, quoted } = await readTables(read, registry)
  const views = await readViews(read, registry)
  const sequences = await readSequences(read, registry, parents)
  const columnsOf = await readColumns(read, { registry, partitions, identities: sequences.identities })
  sequences.addAll()
  views.addAll(columnsOf)
  for (const row of matviews) addMatView(row, columnsOf, registry)
  const constraints = await readConstraints(read, registry, parents)
  const indexes = await readIndexes(read, { registry, quoted, constraints: constraints.byIndex })
  constraints.addAll()
  indexes.addAll()
}
