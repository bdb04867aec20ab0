import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inject } from 'vitest'
import { type Cluster, type ClusterOptions, openCluster } from '../../src/cluster/index.ts'
import { testBinaries } from './binaries.ts'
import { withProject } from './project.ts'
import { copyFolder, relocationDir, seedDir, THROWAWAY } from './server.ts'

export interface WithClusterOptions extends Partial<ClusterOptions> {
  /** True: there is no data directory yet, start() makes it. Slower. */
  readonly fresh?: boolean
}

/** An embedded server in a project of its own, not started yet: for tests that restart or kill it. Always stopped and deleted. */
export async function withCluster<T>(
  { fresh = false, ...options }: WithClusterOptions,
  use: (cluster: Cluster, root: string) => Promise<T>,
): Promise<T> {
  return withProject((root) => {
    if (!fresh) plantSeed(root)
    return use(openTestCluster(root, options), root)
  })
}

/** Another view of the cluster in `root`, as a second process would have it. */
export function openTestCluster(root: string, options: Partial<ClusterOptions> = {}): Cluster {
  return openCluster({
    root,
    stateDir: join(root, '.gigarow'),
    binaries: testBinaries,
    settings: { ...THROWAWAY, shared_buffers: '32MB' },
    sync: false,
    relocateTo: relocationDir(inject('runDir')),
    ...options,
  })
}

function plantSeed(root: string): void {
  const seed = seedDir(inject('runDir'))
  if (!existsSync(seed)) return
  const stateDir = join(root, '.gigarow')
  copyFolder(seed, stateDir)
  const file = join(stateDir, 'server.json')
  // Every copy chooses a port of its own.
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), port: 0 }))
}
