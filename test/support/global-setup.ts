import { mkdtempSync, realpathSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { ensureReady } from '../../scripts/bootstrap.js'
import { openUp } from './open-up.ts'
import { startTestServer } from './server.ts'
import { sweep } from './sweep.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The server that testDatabase() makes its databases on. */
    serverUrl: string
    /** Every temporary folder and server of this run is in here, so that one sweep finds them all. */
    runDir: string
  }
}

/** Tests start the built CLI and its worker threads: dist/ must be that of src/. Then one server for all files. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  ensureReady()
  const runDir = openUp(realpathSync(mkdtempSync(join(tmpdir(), 'gigarow-test-'))))
  // Ctrl-C and crashes do not come to the teardown.
  const net = () => sweep(runDir)
  process.once('exit', net)
  // proper-lockfile, which testcontainers loads, ends us on a signal without 'exit' unless somebody else goes on listening.
  process.on('SIGINT', net).on('SIGTERM', net)
  const server = await startTestServer(runDir)
  console.info(`Tests run on ${server.description}.`)
  project.provide('serverUrl', server.url)
  project.provide('runDir', runDir)
  return async () => {
    await server.stop()
    process.off('exit', net).off('SIGINT', net).off('SIGTERM', net)
    const left = sweep(runDir)
    if (left.length > 0) throw new Error(`tests left servers running: ${left.join(', ')}`)
  }
}
