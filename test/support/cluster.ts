import { join } from 'node:path'
import { type Cluster, type ClusterOptions, openCluster } from '../../src/cluster/index.ts'
import { testBinaries } from './binaries.ts'
import { withProject } from './project.ts'
import { THROWAWAY } from './server.ts'

/** An embedded server in a project of its own, not started yet: for tests that restart or kill it. Always stopped and deleted. */
export async function withCluster<T>(
  options: Partial<ClusterOptions>,
  use: (cluster: Cluster, root: string) => Promise<T>,
): Promise<T> {
  return withProject((root) => use(openTestCluster(root, options), root))
}

/** Another view of the cluster in `root`, as a second process would have it. */
export function openTestCluster(root: string, options: Partial<ClusterOptions> = {}): Cluster {
  return openCluster({
    root,
    stateDir: join(root, '.gigarow'),
    binaries: testBinaries,
    settings: { ...THROWAWAY, shared_buffers: '32MB' },
    sync: false,
    ...options,
  })
}
