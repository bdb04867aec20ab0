import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The system identifier of a data directory on this machine, or undefined when there is none that we may read: it tells
 * whether a server is here, and whose files these are when it is down. (First 8 bytes of pg_control, native byte order.)
 */
export function systemIdentifierOf(dataDirectory: string): string | undefined {
  try {
    return readFileSync(join(dataDirectory, 'global/pg_control')).readBigUInt64LE(0).toString()
  } catch {
    return undefined
  }
}

/**
 * Whether a server runs on the directory, by its postmaster.pid. The pid may have gone to another process since, and
 * the embedded cluster puts its own there to mark the file as stale.
 */
export function serverRuns(dataDirectory: string): boolean {
  const pid = Math.abs(Number(firstLine(join(dataDirectory, 'postmaster.pid'))))
  if (!(pid > 0) || pid === process.pid) return false
  const [, name, state] = /^\d+ \((.*)\) (\S)/.exec(firstLine(`/proc/${pid}/stat`) ?? '') ?? []
  // A killed server stays as a zombie where the first process of a container does not collect it.
  if (name !== undefined) return state !== 'Z' && (name.startsWith('postgres') || name === 'postmaster')
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function firstLine(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').split('\n')[0]
  } catch {
    return undefined
  }
}
