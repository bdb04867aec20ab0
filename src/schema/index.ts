export type { AnyTable, ColumnFacts } from './columns.ts'
export { type DeclaredColumn, type DeclaredTable, describeTable } from './describe.ts'
