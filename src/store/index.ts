export { ensureStore } from './install.ts'
