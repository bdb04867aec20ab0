export { loadConfig, type ResolvedConfig } from './load-config.ts'
export { loadExports } from './load-exports.ts'
export { loadModule } from './load-module.ts'
export type { GigarowConfig } from './settings.ts'
