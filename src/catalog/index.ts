export {
  type LiveColumn,
  type LiveForeignKey,
  type LiveIndex,
  type LiveIndexConstraint,
  type LiveLeaf,
  type LiveTable,
  readLiveTable,
} from './live-table.ts'
export {
  type PartitionedBy,
  type PartitionKeyPart,
  type PartitionNode,
  type PartitionTree,
  readPartitionTree,
} from './partition-tree.ts'
export { type ReadCatalogOptions, readCatalog } from './read-catalog.ts'
export type { CatalogSource } from './snapshot.ts'
