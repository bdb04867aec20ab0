export { same } from '../model/index.ts'
