export { applyCasing, type Casing } from './casing.ts'
export { type ColumnOptions, columnOptions } from './column-options.ts'
export type { AnyTable, ColumnFacts } from './columns.ts'
export { checkDeclarations, declarationsSql } from './ddl.ts'
export { type DeclaredSchema, type GigarowTable, type ReadOptions, readDeclarations } from './declared.ts'
export { type DeclarationRename, declarationRenames } from './declared-renames.ts'
export { type DeclaredColumn, type DeclaredTable, describeTable } from './describe.ts'
export {
  type DistributeOptions,
  type Distribution,
  distributeBy,
  distributionSql,
  referenceTable,
} from './distribution.ts'
export { comment, partitionBy, type StorageOptions, storage } from './extras.ts'
export {
  type IndexDeclaration,
  type IndexMethod,
  includeIndex,
  index,
  uniqueIncludeIndex,
  uniqueIndex,
  type ViewColumn,
} from './index-builder.ts'
export {
  type GigarowMatView,
  type MaterializedDeclaration,
  type MaterializedOptions,
  materialized,
  type RefreshInterval,
  type RefreshPolicy,
} from './matviews.ts'
export {
  type BoundInput,
  hashPartitions,
  listPartitions,
  maxValue,
  minValue,
  type PartitionsDeclaration,
  type RangeOf,
  rangePartitions,
  type Subpartitions,
  type TimePolicy,
  timePartitions,
} from './partitions.ts'
export { renamedFrom } from './renames.ts'
export {
  type ExtensionDeclaration,
  type ExtensionOptions,
  extension,
  type Need,
  type SqlObjectDeclaration,
  type SqlObjectOptions,
  sqlObject,
} from './sql-object.ts'
export { type StatisticsDeclaration, type StatisticsKind, statistics } from './statistics.ts'
