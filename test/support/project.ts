import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inject } from 'vitest'
import { openCluster } from '../../src/cluster/index.ts'
import { openUp } from './open-up.ts'

/** A folder of this run's; removed by withProject(), at the latest by the sweep at the end of the run. */
export function temporaryDir(prefix = 'project-'): string {
  return openUp(realpathSync(mkdtempSync(join(inject('runDir'), prefix))))
}

/** A project folder with nothing but a package.json; its embedded server, if one was started, is stopped and deleted after. */
export async function withProject<T>(use: (root: string) => Promise<T>): Promise<T> {
  const root = temporaryDir()
  writeFileSync(join(root, 'package.json'), '{ "type": "module" }\n')
  try {
    return await use(root)
  } finally {
    await openCluster({ root, stateDir: join(root, '.gigarow') }).reset()
    rmSync(root, { recursive: true, force: true })
  }
}
