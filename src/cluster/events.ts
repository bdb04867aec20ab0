/** What a cluster does, in order. Sizes in bytes, times in milliseconds. */
export type ClusterEvent =
  /** The server's user cannot reach the project: data, socket and log are in `home` instead. */
  | {
      readonly type: 'cluster.relocated'
      readonly home: string
      readonly blocked: string
      readonly user: string
    }
  | { readonly type: 'cluster.copying-binaries'; readonly from: string; readonly to: string }
  | {
      readonly type: 'cluster.initializing'
      readonly dataDir: string
      readonly version: string
      readonly user: string
    }
  | { readonly type: 'cluster.port-changed'; readonly from: number; readonly to: number }
  | { readonly type: 'cluster.starting'; readonly port: number; readonly dataDir: string }
  /** Start takes longer than usual: crash recovery, or processes of a killed server that still hold its memory. */
  | { readonly type: 'cluster.waiting'; readonly reason: 'recovery' | 'old-processes' }
  | {
      readonly type: 'cluster.started'
      readonly port: number
      readonly pid: number
      readonly dataDir: string
      readonly ms: number
    }
  | { readonly type: 'cluster.stopping'; readonly pid: number }
  | { readonly type: 'cluster.stopped'; readonly ms: number }
  | { readonly type: 'cluster.deleted'; readonly dataDir: string }
