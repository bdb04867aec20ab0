export { diff } from './diff.ts'
export {
  LOCK_MODES,
  type Lock,
  type LockMode,
  type Plan,
  type PlanHazard,
  type PlanStatement,
  type Refusal,
} from './plan.ts'
export type { DiffOptions, Rename } from './rule.ts'
export { withoutRests } from './rules/online-rest.ts'
export { type Unmanaged, unmanaged } from './unmanaged.ts'
