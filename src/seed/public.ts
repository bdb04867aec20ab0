// gigarow/seed: what profiles may rely on. The rest of this module is for our own commands and may change.
export { type ColumnsFor, defineSeed, type FillOptions, fill } from './define.ts'
export type { Filled } from './filled.ts'
export {
  type Degrees,
  type Gen,
  gen,
  type ListOf,
  type Makes,
  type SameAs,
  type Scalar,
  type Skew,
  type TextOf,
  type TimeSpan,
  type Weighted,
} from './gen.ts'
export type { AnalysisQuery, ColumnFill, GeneratorSpec, Profile, TableFill } from './profile.ts'
export { type ComputedColumn, type ComputedRow, computeRow } from './row.ts'
export { type ScaleOptions, scaleProfile } from './scale.ts'
