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
  annotationKey,
  type Catalog,
  type Column,
  type Comment,
  type CompositeType,
  type Constraint,
  type Domain,
  type Enum,
  type Extension,
  type Grant,
  type Index,
  kindIn,
  labelOf,
  type MatView,
  memberKey,
  type Namespace,
  nameIn,
  type ObjectKey,
  type ObjectKind,
  type Owners,
  objectKey,
  type PartitionOf,
  type Policy,
  partKey,
  type Routine,
  type Rule,
  type SchemaObject,
  type Sequence,
  type SequenceOptions,
  type Statistics,
  type Table,
  type TableSize,
  type Trigger,
  type View,
  type ViewColumn,
} from './catalog.ts'
export {
  HAZARD_NAMES,
  HAZARDS,
  type HazardOptions,
  type HazardRule,
  type HazardTextsOf,
  hazard,
  hazardEntry,
  isHazardRule,
  LOSES_NO_ROWS,
  type PlanRule,
} from './hazards/catalogue.ts'
export type { HazardEntry, HazardFact, HazardFacts, HazardTexts, Severity } from './hazards/entry.ts'
export { EXAMPLE_TABLES } from './hazards/example.ts'
export { PLAN_HAZARDS, type PlanHazardEntry } from './hazards/plans.ts'
export { LOCK_MODES, type LockMode } from './locks.ts'
export { type Only, onlyOwn } from './only.ts'
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
export { same } from './same.ts'
export { STABLE_FUNCTIONS } from './stable-functions.ts'
