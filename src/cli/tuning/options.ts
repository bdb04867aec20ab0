import { GigarowError } from '../../kernel/index.ts'
import type { HardwareOverrides } from '../../tuning/index.ts'
import type { OptionSpec } from '../command.ts'

/** For a server whose machine cannot be looked at from here. */
export const HARDWARE_OPTIONS: readonly OptionSpec[] = [
  {
    flags: '--memory <size>',
    description: 'memory of the server’s machine, such as 64GB, instead of what is found',
  },
  { flags: '--cpus <n>', description: 'CPUs of the server’s machine' },
  { flags: '--disk-free <size>', description: 'free space on the disk of its data directory' },
]

const UNITS: Readonly<Record<string, number>> = { kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3, tb: 1024 ** 4 }

export function hardwareOverrides(options: Readonly<Record<string, unknown>>): HardwareOverrides {
  const free = parseSize('--disk-free', options.diskFree)
  return {
    memoryBytes: parseSize('--memory', options.memory),
    cpus: parseCpus(options.cpus),
    diskFreeBytes: free,
    walFreeBytes: free,
  }
}

function parseSize(flag: string, value: unknown): number | undefined {
  if (value === undefined) return undefined
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt]b)$/i.exec(String(value).trim())
  const size = match === null ? 0 : Math.floor(Number(match[1]) * UNITS[match[2]!.toLowerCase()]!)
  if (size > 0 && Number.isSafeInteger(size)) return size
  throw new GigarowError('USAGE', `${flag} "${String(value)}" is not a size.`, {
    facts: { flag, value: String(value) },
    hint: 'Write a number with kB, MB, GB or TB: 64GB.',
  })
}

function parseCpus(value: unknown): number | undefined {
  if (value === undefined) return undefined
  const cpus = Number(value)
  if (Number.isInteger(cpus) && cpus >= 1 && cpus <= 4096) return cpus
  throw new GigarowError('USAGE', `--cpus "${String(value)}" is not a number of CPUs.`, {
    facts: { value: String(value) },
    hint: 'Write a whole number from 1 on.',
  })
}
