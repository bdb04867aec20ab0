export { type ApplyOptions, type ApplyResult, applyTuning, type PlanOptions, planForServer } from './apply.ts'
export { bytes, clamp, GB, MB } from './bytes.ts'
export type { Connect, RestartDriver, TuningContext, TuningEvent } from './context.ts'
export { type HardwareOverrides, probeThisMachine } from './hardware.ts'
export { closeJournalsOf, openJournals } from './journal.ts'
export { type PlannedSetting, resolveValue, type TakesEffect, type TuningPlan } from './plan.ts'
export {
  defineTuning,
  type Formula,
  type Hardware,
  type Level,
  profileProblems,
  type SettingSpec,
  type SettingValue,
  type TuningProfile,
} from './profile.ts'
export { bulk } from './profiles/bulk.ts'
export { bulkSafe } from './profiles/bulk-safe.ts'
export {
  type OnConflict,
  type RevertOptions,
  type RevertOutcome,
  type RevertResult,
  revertTuning,
} from './revert.ts'
export { type Elsewhere, type SettingState, type TuningStatus, tuningStatus } from './status.ts'
export { openJournalWarning } from './warning.ts'
