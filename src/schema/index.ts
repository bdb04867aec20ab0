export type { AnyTable, ColumnFacts } from './columns.ts'
export { type DeclaredSchema, type GigarowTable, readDeclarations } from './declared.ts'
export { type DeclaredColumn, type DeclaredTable, describeTable } from './describe.ts'
export { partitionBy, type StorageOptions, storage } from './extras.ts'
export {
  type BoundInput,
  hashPartitions,
  listPartitions,
  maxValue,
  minValue,
  type PartitionsDeclaration,
  type RangeOf,
  rangePartitions,
  type TimePolicy,
  timePartitions,
} from './partitions.ts'
export {
  type Allowance,
  type CustomPlan,
  type MigrationPlan,
  planCustom,
  planMigration,
  refuseHazards,
} from './plan.ts'
export { isSnapshot, type Snapshot } from './snapshot.ts'
