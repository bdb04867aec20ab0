export { type CsvEvent, type CsvFile, type CsvOptions, writeCsv } from './csv.ts'
export type { Phase, SeedEvent } from './events.ts'
export type { Run } from './ledger.ts'
export type { SeedOptions } from './options.ts'
export { hasOwnCode } from './own-code.ts'
export { chunkCount, type Filler, type LoadPlan, planLoad, type TablePlan } from './plan.ts'
export { checkEmpty, checkUnreferenced, preflight } from './preflight.ts'
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
export { checkLoad, resume, type SeedReport, seed, unfinishedRuns } from './run.ts'
export { planStrip, rebuildOrder } from './strip.ts'
