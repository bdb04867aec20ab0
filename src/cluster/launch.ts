import { type ChildProcess, spawn } from 'node:child_process'
import { chownSync, closeSync, openSync, readFileSync, renameSync, statSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { type Emit, GigarowError } from '../kernel/index.ts'
import type { Account } from './account.ts'
import { saysDiskFull } from './disk.ts'
import type { ClusterEvent } from './events.ts'
import type { Place } from './place.ts'
import { disownLockFiles, findPostmaster, type Postmaster } from './postmaster.ts'
import { asAccount } from './run-as.ts'

export interface LaunchOptions {
  readonly postgres: string
  readonly place: Place
  readonly account: Account
  readonly emit: Emit<ClusterEvent>
  /** How long the processes of a killed server may take to go away, in milliseconds. */
  readonly oldProcessesMs: number
}

const POLL_MS = 20
const SLOW_MS = 3000
const LOG_LIMIT = 20 * 1024 * 1024

/**
 * Starts the server in a session of its own, so that it outlives us, and waits until it accepts connections: as long as
 * it lives, since crash recovery may take minutes. Throws CLUSTER_START_FAILED or DISK_FULL with the end of the log;
 * returns 'port' when its port is taken.
 */
export async function launch(options: LaunchOptions): Promise<Postmaster | 'port'> {
  const patience = Date.now() + options.oldProcessesMs
  let told = false
  for (;;) {
    const attempt = await launchOnce(options)
    if (attempt.up !== undefined) return attempt.up
    const { log } = attempt
    if (/could not create any TCP\/IP sockets/.test(log)) return 'port'
    if (!/pre-existing shared memory block/.test(log) || Date.now() > patience) throw failed(options, log)
    if (!told) options.emit({ type: 'cluster.waiting', reason: 'old-processes' })
    told = true
    await delay(200)
  }
}

type Attempt = { readonly up: Postmaster } | { readonly up: undefined; readonly log: string }

async function launchOnce({ postgres, place, account, emit }: LaunchOptions): Promise<Attempt> {
  disownLockFiles(place)
  const log = openLog(place.logFile, account)
  const from = statSync(place.logFile).size
  const child = spawn(postgres, ['-D', place.dataDir], {
    ...asAccount(account),
    detached: true,
    stdio: ['ignore', log, log],
  })
  const ended = endOf(child)
  closeSync(log)
  const slow = Date.now() + SLOW_MS
  let told = false
  for (;;) {
    const running = findPostmaster(place.dataDir)
    if (running?.ready && running.pid === child.pid) {
      child.unref()
      return { up: running }
    }
    if (!told && Date.now() > slow) {
      told = true
      emit({ type: 'cluster.waiting', reason: 'recovery' })
    }
    const gone = await Promise.race([ended, delay(POLL_MS)])
    if (gone !== undefined) return { up: undefined, log: `${gone}${readFrom(place.logFile, from)}` }
  }
}

/** Resolves when the process ends (or could not begin), with what there is to say about it. */
function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(`${error.message}\n`))
    child.once('exit', () => resolve(''))
  })
}

function openLog(path: string, account: Account): number {
  try {
    if (statSync(path).size > LOG_LIMIT) renameSync(path, `${path}.old`)
  } catch {}
  const log = openSync(path, 'a', 0o600)
  if (process.getuid?.() === 0) chownSync(path, account.uid, account.gid)
  return log
}

function readFrom(path: string, offset: number): string {
  return readFileSync(path).subarray(offset).toString()
}

function failed({ place }: LaunchOptions, log: string): GigarowError {
  const full = saysDiskFull(log)
  const lines = log.trim().split('\n').slice(-8)
  const facts = { logFile: place.logFile, dataDir: place.dataDir, log: lines }
  const shown = lines.map((line) => `  ${line}`).join('\n')
  if (full) {
    return new GigarowError('DISK_FULL', `The embedded server has no disk space to start with:\n${shown}`, {
      facts,
      hint: `Make space where ${place.dataDir} is, then start again; no data is lost.`,
    })
  }
  return new GigarowError('CLUSTER_START_FAILED', `The embedded server did not start:\n${shown}`, {
    facts,
    hint: `Correct what the lines say and start again; the whole log is ${place.logFile}.`,
  })
}
