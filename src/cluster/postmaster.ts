import { existsSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { GigarowError } from '../kernel/index.ts'
import type { Place } from './place.ts'
import { processArguments } from './process.ts'

/** The lines of postmaster.pid (storage/pidfile.h of PostgreSQL). */
export interface Postmaster {
  readonly pid: number
  readonly port: number
  readonly socketDir: string
  readonly ready: boolean
}

const POLL_MS = 20

/** The server that runs on the data directory, starting up or ready; undefined when there is none. */
export function findPostmaster(dataDir: string): Postmaster | undefined {
  const lines = pidFile(dataDir)
  const pid = Number(lines?.[0])
  if (lines === undefined || !(pid > 0) || !isPostmaster(pid, dataDir)) return undefined
  return {
    pid,
    port: Number(lines[3] ?? 0),
    socketDir: lines[4] ?? '',
    ready: lines[7]?.trim() === 'ready',
  }
}

/** A pid may have been reused since: the process must have been started on this very directory. */
function isPostmaster(pid: number, dataDir: string): boolean {
  const args = processArguments(pid)
  if (args === undefined) return false
  const paths = existsSync(dataDir) ? [dataDir, realpathSync(dataDir)] : [dataDir]
  // ps of other systems gives one line, which splits at every space of a path.
  const line = args.join(' ')
  return line.includes('postgres') && paths.some((path) => args.includes(path) || line.includes(`-D ${path}`))
}

/**
 * PostgreSQL refuses to start when the pid in its file exists, even when that is a foreign process by now, or a zombie
 * that a container's first process never collects. Our own pid in its place reads as stale (a postmaster is never its own
 * parent), while the file's shared memory key stays, by which PostgreSQL notices processes of the old server that still
 * run. Deleting the file would lose that.
 */
export function disownLockFiles({ dataDir, socketDir }: Pick<Place, 'dataDir' | 'socketDir'>): void {
  const lines = pidFile(dataDir)
  if (lines === undefined || isPostmaster(Number(lines[0]), dataDir)) return
  // The socket's own lock file says no more than the pid; the folder belongs to this data directory alone.
  for (const name of readdirSync(socketDir)) rmSync(join(socketDir, name), { force: true })
  writeFileSync(join(dataDir, 'postmaster.pid'), [String(process.pid), ...lines.slice(1)].join('\n'))
}

/** Fast shutdown (SIGINT): sessions are ended, a checkpoint is written. Waits for the end; never kills. */
export async function stopPostmaster(dataDir: string, limitMs: number): Promise<void> {
  const running = findPostmaster(dataDir)
  if (running === undefined) return
  signal(running.pid)
  const end = Date.now() + limitMs
  while (isPostmaster(running.pid, dataDir)) {
    if (Date.now() > end) {
      throw new GigarowError(
        'CLUSTER_STOP_FAILED',
        `The embedded server (process ${running.pid}) is still shutting down after ${Math.round(limitMs / 1000)} s.`,
        {
          facts: { pid: running.pid, dataDir },
          hint: 'It may be writing a large checkpoint; look again later.',
        },
      )
    }
    await delay(POLL_MS)
  }
}

/** Waits until a server that starts up or shuts down has done so; whoever began that may be dead. */
export async function settled(dataDir: string): Promise<void> {
  while (findPostmaster(dataDir)?.ready === false) await delay(POLL_MS)
}

function signal(pid: number): void {
  try {
    process.kill(pid, 'SIGINT')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ESRCH') return
    throw new GigarowError('CLUSTER_STOP_FAILED', `Process ${pid} belongs to another user of this machine.`, {
      facts: { pid },
      cause: error,
      hint: 'Stop it as the user that started it.',
    })
  }
}

function pidFile(dataDir: string): string[] | undefined {
  try {
    return readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n')
  } catch {
    return undefined
  }
}
