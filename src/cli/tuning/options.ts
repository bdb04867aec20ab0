import { GigarowError } from '../../kernel/index.ts'
import type { DiskKind, HardwareOverrides, RestartSpec, Selection } from '../../tuning/index.ts'
import type { OptionSpec } from '../command.ts'

/** For a server whose machine cannot be looked at from here. */
export const HARDWARE_OPTIONS: readonly OptionSpec[] = [
  {
    flags: '--memory <size>',
    description: 'memory of the server’s machine, such as 64GB, instead of what is found',
  },
  { flags: '--cpus <n>', description: 'CPUs of the server’s machine' },
  {
    flags: '--disk <kind>',
    description: 'what its disk is; san: behind a network, cloud volumes too',
    choices: ['hdd', 'ssd', 'nvme', 'san'],
  },
  { flags: '--disk-free <size>', description: 'free space on the disk of its data directory' },
  { flags: '--wal-free <size>', description: 'free space on the disk of pg_wal, when that is another one' },
]

export const SELECTION_OPTIONS: readonly OptionSpec[] = [
  { flags: '--only <settings>', description: 'these settings of the profile alone: work_mem,max_wal_size' },
  { flags: '--except <settings>', description: 'all of the profile but these' },
]

export const RESTART_OPTIONS: readonly OptionSpec[] = [
  { flags: '--no-restart', description: 'leave settings that need a restart waiting for one' },
  {
    flags: '--restart-with <how>',
    description:
      'how to restart a server of your own: pg_ctl=DATA-DIRECTORY, systemd=UNIT, docker=NAME, podman=NAME, command=PROGRAM ARGUMENT …, manual',
  },
  {
    flags: '--drain <time>',
    description: 'how long a restart waits for sessions that are working (default 30s)',
  },
]

/** Of `seed` and `import`: a profile for the time of the load. */
export const TUNING_OPTIONS: readonly OptionSpec[] = [
  {
    flags: '--tune <profile>',
    description:
      'put a tuning profile in force for the load, and every setting back at its end, however it ends',
  },
  {
    flags: '--unsafe',
    description: 'with --tune: allow settings that turn off durability (not needed for the embedded server)',
  },
  ...RESTART_OPTIONS,
  ...HARDWARE_OPTIONS,
]

const UNITS: Readonly<Record<string, number>> = { kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3, tb: 1024 ** 4 }

export function hardwareOverrides(options: Readonly<Record<string, unknown>>): HardwareOverrides {
  const free = parseSize('--disk-free', options.diskFree)
  const disk = options.disk as DiskKind | undefined
  return {
    memoryBytes: parseSize('--memory', options.memory),
    cpus: parseCpus(options.cpus),
    diskFreeBytes: free,
    walFreeBytes: parseSize('--wal-free', options.walFree) ?? free,
    disk,
    walDisk: disk,
  }
}

export function selection(options: Readonly<Record<string, unknown>>): Selection {
  const names = (value: unknown) =>
    value === undefined
      ? undefined
      : String(value)
          .split(',')
          .map((name) => name.trim())
          .filter((name) => name !== '')
  const [only, except] = [names(options.only), names(options.except)]
  return { ...(only === undefined ? {} : { only }), ...(except === undefined ? {} : { except }) }
}

/** The driver of --restart-with; undefined when the flag is not there. */
export function restartSpec(value: unknown): RestartSpec | undefined {
  if (value === undefined) return undefined
  const text = String(value)
  const at = text.indexOf('=')
  const [driver, what] = at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1).trim()]
  if (driver === 'manual' && what === '') return { driver }
  if (what !== '') {
    if (driver === 'pg_ctl') return { driver, dataDirectory: what }
    if (driver === 'systemd') return { driver, unit: what }
    if (driver === 'docker' || driver === 'podman') return { driver: 'container', engine: driver, name: what }
    if (driver === 'command') return { driver, command: what.split(/\s+/) }
  }
  throw new GigarowError('USAGE', `--restart-with "${text}" is no way to restart a server.`, {
    facts: { value: text },
    hint: 'Write pg_ctl=/var/lib/postgresql/data, systemd=postgresql, docker=NAME, podman=NAME, "command=ssh db restart-postgres" or manual. Arguments with blanks: restart in gigarow.config.ts.',
  })
}

const TIMES: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000 }

/** '30s' in milliseconds. */
export function parseTime(flag: string, value: unknown): number | undefined {
  if (value === undefined) return undefined
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*(ms|s|min|h)$/.exec(String(value).trim()) ?? []
  if (number !== undefined) return Number(number) * TIMES[unit!]!
  throw new GigarowError('USAGE', `${flag} "${String(value)}" is not a time.`, {
    facts: { flag, value: String(value) },
    hint: 'Write a number with ms, s, min or h: 30s.',
  })
}

export function parseSize(flag: string, value: unknown): number | undefined {
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
