export {
  type ApplyOptions,
  type ApplyResult,
  applyTuning,
  type PlanOptions,
  planForServer,
  type Skipped,
} from './apply.ts'
export type { Connect, RestartDriver, TuningContext, TuningEvent, WorkingSession } from './context.ts'
export { restartDriver } from './drivers/index.ts'
export { type Argv, type RestartSpec, restartArgv } from './drivers/spec.ts'
export { type DuringOptions, duringTuning, type Tuned, type TunedResult } from './during.ts'
export { type HardwareOverrides, probeThisMachine } from './hardware.ts'
export { closeJournalsOf, openJournals } from './journal.ts'
export { type Measured, type MeasuredRun, type Measurement, measureTuning, type Sample } from './measure.ts'
export type { Left, Part } from './measure-parts.ts'
export { stoppedServerOf } from './offline.ts'
export {
  type PlannedSetting,
  resolveValue,
  type TakesEffect,
  type TuningPlan,
  versionNote,
} from './plan.ts'
export { profileProblems, specsOf } from './profile.ts'
export * from './public.ts'
export { RENDER_FORMATS, type RenderFormat, type RenderTarget, renderSettings } from './render/index.ts'
export { itemsOfPlan, itemsOfProfile, type RenderItem } from './render/items.ts'
export {
  type OnConflict,
  type RevertOptions,
  type RevertOutcome,
  type RevertResult,
  revertTuning,
} from './revert.ts'
export { type Selection, select as selectSettings } from './select.ts'
export type { Spread } from './spread.ts'
export {
  type Elsewhere,
  type SettingState,
  type TuningOwner,
  type TuningStatus,
  tuningStatus,
} from './status.ts'
export { leaseWarning, openJournalWarning } from './warning.ts'
