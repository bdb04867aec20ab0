import { isUtf8 } from 'node:buffer'
import {
  chmodSync,
  chownSync,
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { autoConfMap, editAutoConf } from './auto-conf.ts'
import { type Journal, journalPath, openJournal, openJournals, syncFolder } from './journal.ts'
import { serverRuns, systemIdentifierOf } from './pg-control.ts'
import type { RevertOptions, RevertResult } from './revert.ts'
import { revertOrder } from './revert-steps.ts'
import { decideRevert } from './three-way.ts'

export interface Mended {
  readonly profile: string
  readonly settings: RevertResult['settings']
  /** False: nothing here can start it, the user has to. */
  readonly started: boolean
}

/**
 * For a server that does not start because of its settings: puts the journal's values back in postgresql.auto.conf and
 * starts it. Returns undefined, having done nothing, when its files are not here, it runs, or no journal is open for it.
 */
export async function revertOffline(options: RevertOptions): Promise<Mended | undefined> {
  const { dataDirectory, driver, stateDir } = options
  if (dataDirectory === undefined || serverRuns(dataDirectory)) return undefined
  const systemIdentifier = systemIdentifierOf(dataDirectory)
  if (systemIdentifier === undefined) return undefined
  // A standby and its primary have the same identifier, and may both be here.
  const found = openJournals(stateDir).find(
    ({ state: { plan } }) =>
      plan.systemIdentifier === systemIdentifier && plan.dataDirectory === dataDirectory,
  )
  const journal = openJournal(found?.path ?? journalPath(stateDir, systemIdentifier))
  const open = journal.state()
  if (open === undefined) return undefined
  options.emit?.({ type: 'tuning.offline', dataDirectory })
  const settings = restoreFile(dataDirectory, journal, options)
  const started = driver !== undefined && driver.byHand !== true && (await driver.canRestart())
  if (started) {
    await driver.restart('reverting the tuning')
    await untilUp(options)
  }
  return { profile: open.plan.profile, settings, started }
}

/** The folder of a stopped server that a journal here was written for, when it is on this machine; `server` as in the journal. */
export function stoppedServerOf(stateDir: string, server: string): string | undefined {
  return openJournals(stateDir)
    .map(({ state }) => state.plan)
    .find(
      (plan) =>
        plan.server === server &&
        systemIdentifierOf(plan.dataDirectory) === plan.systemIdentifier &&
        !serverRuns(plan.dataDirectory),
    )?.dataDirectory
}

/** Some drivers return before the server answers. */
async function untilUp({ connect, returnMs = 60_000 }: RevertOptions): Promise<void> {
  for (const end = Date.now() + returnMs; ; await pause(100)) {
    try {
      return await connect('waiting for the server', async () => {})
    } catch (error) {
      if (Date.now() > end) throw error
    }
  }
}

/** Conflicts stay for the pass on the running server, which reports them. */
function restoreFile(dataDirectory: string, journal: Journal, { emit }: RevertOptions) {
  const path = join(dataDirectory, 'postgresql.auto.conf')
  const bytes = readFileSync(path)
  // Every byte of the other lines stays, also where a database of another encoding has written them.
  const encoding = isUtf8(bytes) ? 'utf8' : 'latin1'
  const text = bytes.toString(encoding)
  const current = autoConfMap(text)
  const changes = new Map<string, string | null>()
  const open = journal.state()!
  if (open.phase !== 'reverting') journal.append({ type: 'revert' })
  for (const { name, wanted, before, scope } of revertOrder(open.settings)) {
    // What a role has is in tables: it keeps no server from starting.
    if (scope !== undefined) continue
    const now = current.get(name.toLowerCase()) ?? null
    if (decideRevert(name, { before: before!.raw, ours: wanted, now }) !== 'restore') continue
    journal.append({ type: 'revert-intent', name, to: before!.raw })
    changes.set(name.toLowerCase(), before!.raw)
  }
  if (changes.size > 0) replaceFile(path, Buffer.from(editAutoConf(text, changes), encoding))
  return [...changes].map(([name, to]) => {
    journal.append({ type: 'reverted', name })
    emit?.({ type: 'tuning.reverted', name, to })
    return { name, to, outcome: 'restored' as const }
  })
}

/** As a whole or not at all, with owner and mode as they were: root may be mending another user's server. */
function replaceFile(path: string, content: Buffer): void {
  const { uid, gid, mode } = statSync(path)
  const fresh = `${path}.gigarow`
  rmSync(fresh, { force: true })
  // Never through a link that the server's user could have put there for root to follow.
  const file = openSync(fresh, 'wx', 0o600)
  try {
    writeSync(file, content)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  chmodSync(fresh, mode)
  if (process.getuid?.() === 0) chownSync(fresh, uid, gid)
  renameSync(fresh, path)
  syncFolder(join(path, '..'))
}
