export { varietyOf } from './bounds.ts'
export { parseIndex } from './index-definition.ts'
export { estimateLoad, type LoadEstimate } from './load-estimate.ts'
export { checkSpace, type FreeSpace, fits, spaceNeeded } from './space.ts'
