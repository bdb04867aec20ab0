import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** A mark of the process' start that a reused pid does not share; undefined where the system does not tell (not Linux). */
export function processStart(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // Field 22, counted behind the name, which may hold spaces and brackets.
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
    return `${bootId()}/${ticks}`
  } catch {
    return undefined
  }
}

/** The arguments of a running process; undefined when there is none (or only a zombie). */
export function processArguments(pid: number): readonly string[] | undefined {
  if (process.platform === 'linux') {
    try {
      const text = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      return text === '' ? undefined : text.split('\0').filter((part) => part !== '')
    } catch {
      return undefined
    }
  }
  const found = spawnSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' })
  const line = found.stdout?.trim() ?? ''
  return line === '' ? undefined : line.split(' ')
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return ''
  }
}
