export { type DeclaredColumn, type DeclaredTable, describeTable } from './describe.ts'
