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

/** The server for the databases of all files, and the files of another for withCluster(). See docs/testing.md. */
export async function startTestServer(runDir: string): Promise<TestServer> {
  const given = await givenServer(runDir)
  const cluster = embeddedServer(runDir)
  if (!given) {
    await saveSeed(cluster, runDir)
    return startEmbedded(cluster)
  }
  // Where the embedded server does not run, the tests that need it say why.
  await saveSeed(cluster, runDir).catch(() => {})
  return given
}

async function givenServer(runDir: string): Promise<TestServer | undefined> {
  const choice = chooseServer(process.env)
  if (choice.kind === 'url') {
    const description = `the server of GIGAROW_TEST_URL, ${describeTarget(parseTarget(choice.url, 'flag'))}`
    return { url: choice.url, description, stop: async () => {} }
  }
  if (choice.kind === 'embedded') return undefined
  const { image, required } = choice
  if (!required && !(await engineAnswers())) return undefined
  try {
    return await startContainer({ image, settings: THROWAWAY, runDir })
  } catch (error) {
    const why = `${image} does not start in a container: ${(error as Error).message.trim()}`
    if (required) throw new Error(why, { cause: error })
    console.warn(`${why}. The embedded server will do.`)
    return undefined
  }
}

function embeddedServer(runDir: string): Cluster {
  const root = join(runDir, 'server')
  mkdirSync(root)
  return openCluster({
    root: openUp(root),
    stateDir: join(root, '.gigarow'),
    binaries: testBinaries,
    settings: THROWAWAY,
    sync: false,
    relocateTo: relocationDir(runDir),
  })
}

async function startEmbedded(cluster: Cluster): Promise<TestServer> {
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
  await cluster.start()
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
