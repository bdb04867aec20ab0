// gigarow/tuning: what profiles may rely on. The rest of this module is for our own commands and may change.
export { bytes, clamp, GB, MB } from './bytes.ts'
export {
  type DiskKind,
  defineTuning,
  type Formula,
  type Hardware,
  type Level,
  type SettingSpec,
  type SettingValue,
  type TuningProfile,
} from './profile.ts'
export { bulk } from './profiles/bulk.ts'
export { bulkSafe } from './profiles/bulk-safe.ts'
export { analytics, dev, mixed, oltp, web } from './profiles/workloads.ts'
export { sessionSettings } from './session.ts'
export type { KnownSetting, MemoryText, ProfileSettings, TimeText, ValueOf } from './setting-types.ts'
