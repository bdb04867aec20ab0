import { chownSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Account } from './account.ts'
import { availableMemory, gigarowConf } from './conf.ts'
import { launch } from './launch.ts'
import { makePrivate } from './place.ts'
import { choosePort, isPortFree, portInUse } from './port.ts'
import type { Postmaster } from './postmaster.ts'
import type { Prepared, PrepareOptions } from './prepare.ts'
import { writeState } from './state.ts'

/** PostgreSQL's own processes end within milliseconds of their postmaster; a long sort may not look up for a while. */
const OLD_PROCESSES_MS = 60_000
const PORT_TRIES = 5

/** Starts the prepared server, on another port when the remembered one has been taken meanwhile. Throws PORT_IN_USE. */
export async function startServer(prepared: Prepared, options: PrepareOptions): Promise<Postmaster> {
  const begin = performance.now()
  const { place, state, binaries } = prepared
  const { emit, stateDir } = options
  const account = state.runAs
  makePrivate(place.socketDir, account)
  let port = state.port
  for (let tries = 0; tries < PORT_TRIES; tries++) {
    const up = (await isPortFree(port)) && (await attempt(port))
    if (up) {
      const { pid } = up
      emit({ type: 'cluster.started', port, pid, dataDir: place.dataDir, ms: performance.now() - begin })
      return up
    }
    if (options.port) break
    const other = await choosePort()
    emit({ type: 'cluster.port-changed', from: port, to: other })
    writeState(stateDir, { ...state, port: other })
    port = other
  }
  throw portInUse(port)

  async function attempt(at: number): Promise<Postmaster | false> {
    const conf = gigarowConf({
      port: at,
      socketDir: place.socketDir,
      memoryBytes: availableMemory(),
      extra: options.settings,
    })
    replaceFile(join(place.dataDir, 'gigarow.conf'), conf, account)
    emit({ type: 'cluster.starting', port: at, dataDir: place.dataDir })
    const { postgres } = binaries
    const up = await launch({ postgres, place, account, emit, oldProcessesMs: OLD_PROCESSES_MS })
    return up === 'port' ? false : up
  }
}

function replaceFile(path: string, text: string, account: Account): void {
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, text, { mode: 0o600 })
  if (process.getuid?.() === 0) chownSync(draft, account.uid, account.gid)
  renameSync(draft, path)
}
