export { planAppend } from './append.ts'
export type { Calibration } from './calibrate.ts'
export { checkLoad } from './check-load.ts'
export { type CsvEvent, type CsvFile, type CsvOptions, writeCsv } from './csv.ts'
export { estimateLoad, type FreeSpace, fits, type LoadEstimate, spaceNeeded } from './estimate/index.ts'
export type { Expected, Phase, SeedEvent } from './events.ts'
export { type Examination, examine } from './examine/index.ts'
export { explainPartitions } from './leaves/trees.ts'
export type { Run } from './ledger.ts'
export type { AppendOptions, IndexMode, SeedOptions } from './options.ts'
export { hasOwnCode } from './own-code.ts'
export { chunkCount, type Filler, type LoadPlan, planLoad, type TablePlan } from './plan.ts'
export { readTables } from './preflight.ts'
export { type Preview, readPreview } from './preview.ts'
export { findFill, type LoadedFile, listProfiles, onlyTables, pickProfile } from './profiles.ts'
export * from './public.ts'
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
export type { Wait } from './server-progress.ts'
export { explainTriggers, readRowTriggers } from './triggers.ts'
