import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'

/** A process that has something in its hands which it will give back. */
export interface Holder {
  readonly host: string
  readonly pid: number
  /** Tells it from a later process of the same number; null where the system does not say. */
  readonly mark: string | null
}

export function thisProcess(): Holder {
  return { host: hostname(), pid: process.pid, mark: markOf(process.pid) }
}

/** Undefined when it is on another machine: nobody here can say. */
export function isAlive({ host, pid, mark }: Holder): boolean | undefined {
  if (host !== hostname()) return undefined
  try {
    process.kill(pid, 0)
  } catch (error) {
    // One that may not be signalled is there.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  const now = markOf(pid)
  return mark === null || now === null || mark === now
}

export function isThisProcess(holder: Holder): boolean {
  const here = thisProcess()
  return holder.host === here.host && holder.pid === here.pid && holder.mark === here.mark
}

/** The boot of the machine and the tick of it at which the process was started; Linux only. */
function markOf(pid: number): string | null {
  try {
    // The name of the program, in brackets, may hold anything: the fields are counted behind it.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\)/s, '').trim().split(' ')
    // A zombie has ended; its parent has not looked yet.
    if (fields[0] === 'Z') return 'ended'
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${fields[19]}`
  } catch {
    return null
  }
}
