import type { GigarowConfig } from './config/index.ts'

/** For gigarow.config.ts: `export default defineConfig({ … })`. */
export function defineConfig(config: GigarowConfig): GigarowConfig {
  return config
}

export type { GigarowConfig } from './config/index.ts'
export { ERROR_CODES, type ErrorCode, GigarowError, isGigarowError } from './kernel/index.ts'
