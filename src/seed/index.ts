export { type CsvEvent, type CsvFile, type CsvOptions, writeCsv } from './csv.ts'
export { type ColumnsFor, defineSeed, type FillOptions, fill } from './define.ts'
export type { Phase, SeedEvent } from './events.ts'
export type { Filled } from './filled.ts'
export { type Degrees, type Gen, gen, type Makes, type Skew, type TimeSpan, type Weighted } from './gen.ts'
export type { Run } from './ledger.ts'
export type { SeedOptions } from './options.ts'
export { hasOwnCode } from './own-code.ts'
export { chunkCount, type Filler, type LoadPlan, planLoad, type TablePlan } from './plan.ts'
export { checkEmpty, checkUnreferenced, preflight } from './preflight.ts'
export type { ColumnFill, GeneratorSpec, Profile, TableFill } from './profile.ts'
export { findFill, type LoadedFile, listProfiles, onlyTables, pickProfile } from './profiles.ts'
export { type ComputedColumn, type ComputedRow, computeRow } from './row.ts'
export {
  BLOCK_ROWS,
  blockOf,
  type CompileOptions,
  checksumOfSum,
  compileRows,
  RowHash,
  type RowTwin,
  rowHashSql,
  type SelectRange,
  selectSql,
} from './rows.ts'
export { resume, type SeedReport, seed, unfinishedRuns } from './run.ts'
export { type ScaleOptions, scaleProfile } from './scale.ts'
export { planStrip, rebuildOrder } from './strip.ts'
