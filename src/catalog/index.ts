export {
  type LiveColumn,
  type LiveForeignKey,
  type LiveIndex,
  type LiveIndexConstraint,
  type LiveLeaf,
  type LiveTable,
  readLiveTable,
} from './live-table.ts'
