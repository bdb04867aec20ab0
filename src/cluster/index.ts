export { type Binaries, platformBinaries } from './binaries.ts'
export { type Cluster, type ClusterOptions, type ClusterStatus, openCluster } from './cluster.ts'
export type { ClusterEvent } from './events.ts'
export { makeStateDir } from './state.ts'
