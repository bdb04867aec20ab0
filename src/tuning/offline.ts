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
import { autoConfMap, editAutoConf } from './auto-conf.ts'
import { type Journal, journalPath, openJournal, syncFolder } from './journal.ts'
import { serverRuns, systemIdentifierOf } from './pg-control.ts'
import type { RevertOptions } from './revert.ts'
import { revertOrder } from './revert-steps.ts'
import { decideRevert } from './three-way.ts'

/**
 * For a server that does not start because of its settings: puts the journal's values back in postgresql.auto.conf and
 * starts it. Returns false, having done nothing, when its files are not here, it runs, or no journal is open for it.
 */
export async function revertOffline(options: RevertOptions): Promise<boolean> {
  const { dataDirectory, driver, stateDir } = options
  if (dataDirectory === undefined || driver === undefined || serverRuns(dataDirectory)) return false
  const systemIdentifier = systemIdentifierOf(dataDirectory)
  if (systemIdentifier === undefined) return false
  const journal = openJournal(journalPath(stateDir, systemIdentifier))
  if (journal.state() === undefined) return false
  options.emit?.({ type: 'tuning.offline', dataDirectory })
  restoreFile(dataDirectory, journal, options)
  await driver.restart('reverting the tuning')
  return true
}

/** Conflicts stay for the pass on the running server, which reports them. */
function restoreFile(dataDirectory: string, journal: Journal, { emit }: RevertOptions): void {
  const path = join(dataDirectory, 'postgresql.auto.conf')
  const text = readFileSync(path, 'utf8')
  const current = autoConfMap(text)
  const changes = new Map<string, string | null>()
  const open = journal.state()!
  if (open.phase !== 'reverting') journal.append({ type: 'revert' })
  for (const { name, wanted, before } of revertOrder(open.settings)) {
    const now = current.get(name.toLowerCase()) ?? null
    if (decideRevert(name, { before: before!.raw, ours: wanted, now }) !== 'restore') continue
    journal.append({ type: 'revert-intent', name, to: before!.raw })
    changes.set(name.toLowerCase(), before!.raw)
  }
  if (changes.size === 0) return
  replaceFile(path, editAutoConf(text, changes))
  for (const [name, to] of changes) {
    journal.append({ type: 'reverted', name })
    emit?.({ type: 'tuning.reverted', name, to })
  }
}

/** As a whole or not at all, with owner and mode as they were: root may be mending another user's server. */
function replaceFile(path: string, text: string): void {
  const { uid, gid, mode } = statSync(path)
  const fresh = `${path}.gigarow`
  rmSync(fresh, { force: true })
  // Never through a link that the server's user could have put there for root to follow.
  const file = openSync(fresh, 'wx', 0o600)
  try {
    writeSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  chmodSync(fresh, mode)
  if (process.getuid?.() === 0) chownSync(fresh, uid, gid)
  renameSync(fresh, path)
  syncFolder(join(path, '..'))
}
