export { type BoundProblem, boundProblems } from './bounds.ts'
export {
  addIntervals,
  type CalendarInterval,
  type CalendarUnit,
  floorToUnit,
  type IntervalText,
  parseInterval,
  type Tile,
  tileSuffix,
  tiles,
} from './calendar.ts'
export {
  type BoundValue,
  boundSql,
  createLeafSql,
  type KeyPart,
  keySql,
  type Leaf,
  type LeafTable,
  type PartitionBound,
  type PartitionKey,
  type PartitionStrategy,
} from './partitioning.ts'
