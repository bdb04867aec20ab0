import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Cluster, openCluster } from '../../src/cluster/index.ts'
import { describeTarget, parseTarget, targetUrl } from '../../src/db/index.ts'
import { testBinaries } from './binaries.ts'
import { chooseServer } from './choice.ts'
import { engineAnswers, startContainer } from './container.ts'
import { openUp } from './open-up.ts'

export interface TestServer {
  readonly url: string
  /** For people; no password. */
  readonly description: string
  stop(): Promise<void>
}

/** Nothing on this server outlives the run. */
export const THROWAWAY = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '200',
  shared_buffers: '256MB',
} as const

/** See docs/testing.md. */
export async function startTestServer(runDir: string): Promise<TestServer> {
  const choice = chooseServer(process.env)
  if (choice.kind === 'url') {
    const description = `the server of GIGAROW_TEST_URL, ${describeTarget(parseTarget(choice.url, 'flag'))}`
    return { url: choice.url, description, stop: async () => {} }
  }
  if (choice.kind === 'container') {
    const { image, required } = choice
    if (required || (await engineAnswers())) {
      try {
        return await startContainer({ image, settings: THROWAWAY, runDir })
      } catch (error) {
        if (required) throw new Error(`no container of GIGAROW_TEST_IMAGE=${image} starts`, { cause: error })
        console.warn(`A container engine answers, but ${image} does not start: ${(error as Error).message}.`)
      }
    }
  }
  return startEmbedded(runDir)
}

async function startEmbedded(runDir: string): Promise<TestServer> {
  const root = join(runDir, 'server')
  mkdirSync(root)
  const cluster = openCluster({
    root: openUp(root),
    stateDir: join(root, '.gigarow'),
    binaries: testBinaries,
    settings: THROWAWAY,
    sync: false,
    relocateTo: relocationDir(runDir),
  })
  await cluster.start()
  await saveSeed(cluster, runDir)
  const target = await cluster.start()
  return {
    url: targetUrl(target),
    description: `the embedded PostgreSQL ${cluster.status().version}, ${describeTarget(target)}`,
    stop: () => cluster.reset(),
  }
}

/** A stopped server's files for withCluster() to copy: ten times faster than making each with initdb. */
async function saveSeed(cluster: Cluster, runDir: string): Promise<void> {
  if (process.platform === 'win32') return
  await cluster.stop()
  copyFolder(cluster.status().stateDir, seedDir(runDir))
}

/** Copies of the programs, when the server's user cannot reach ours: one for the whole run. */
export function relocationDir(runDir: string): string {
  return join(runDir, 'elsewhere')
}

export function seedDir(runDir: string): string {
  return join(runDir, 'seed')
}

/** With owners and modes: as root the files belong to the server's user. */
export function copyFolder(from: string, to: string): void {
  execFileSync('cp', ['-a', from, to])
}
