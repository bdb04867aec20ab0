export { ensureStore, installedVersion } from './install.ts'
