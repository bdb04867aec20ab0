import { randomUUID } from 'node:crypto'
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { processStart } from './process.ts'

interface Owner {
  readonly pid: number
  /** Tells a reused pid from the owner's; absent where the system does not say. */
  readonly started: string | undefined
  readonly token: string
}

const POLL_MS = 30

/**
 * Runs `use` while holding the lock file; other callers, processes included, wait. A lock whose owner has died is taken
 * over. The file appears complete (written beside, then linked), so that nobody reads half of it.
 */
export async function withFileLock<T>(path: string, use: () => Promise<T>): Promise<T> {
  const me: Owner = { pid: process.pid, started: processStart(process.pid), token: randomUUID() }
  const draft = `${path}.${me.token}`
  try {
    writeFileSync(draft, JSON.stringify(me), { mode: 0o600 })
    while (!tryLink(draft, path)) {
      if (!removeIfStale(path, me.token)) await delay(POLL_MS)
    }
  } finally {
    rmSync(draft, { force: true })
  }
  try {
    return await use()
  } finally {
    if (readOwner(path)?.token === me.token) rmSync(path, { force: true })
  }
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Moves the dead owner's file away first: of several that saw it, one gets it, and whoever moved a live one puts it back. */
function removeIfStale(path: string, token: string): boolean {
  const owner = readOwner(path)
  if (owner === undefined) return true
  if (alive(owner)) return false
  const moved = `${path}.stale.${token}`
  try {
    renameSync(path, moved)
  } catch {
    return true
  }
  if (readOwner(moved)?.token !== owner.token) tryLink(moved, path)
  rmSync(moved, { force: true })
  return true
}

function readOwner(path: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Owner
  } catch {
    return undefined
  }
}

function alive({ pid, started }: Owner): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  return started === undefined || processStart(pid) === started
}
