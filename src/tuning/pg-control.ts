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

/** Whether the process in postmaster.pid lives. */
export function serverRuns(dataDirectory: string): boolean {
  try {
    const pid = Number(readFileSync(join(dataDirectory, 'postmaster.pid'), 'utf8').split('\n')[0])
    process.kill(Math.abs(pid), 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
