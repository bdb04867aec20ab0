export { loadConfig, parseConfig, type ResolvedConfig } from './load-config.ts'
export { loadModule } from './load-module.ts'
export type { GigarowConfig } from './settings.ts'
