import { GigarowError } from '../../kernel/index.ts'

/** Flags that mean something only with --tune, by their names in the options. */
export const OF_TUNE = {
  unsafe: '--unsafe',
  restart: '--no-restart',
  restartWith: '--restart-with',
  drain: '--drain',
  memory: '--memory',
  cpus: '--cpus',
  disk: '--disk',
  walFree: '--wal-free',
} as const

interface Flags {
  readonly tune?: string
  readonly resume?: boolean
}

/** Throws USAGE for those that would have no effect. */
export function refuseWithoutTune(flags: Flags, names: Readonly<Record<string, string>>): void {
  const ofTune = given(flags, names)
  // A load that died with a profile in force goes on with it.
  if (flags.tune !== undefined || flags.resume || ofTune.length === 0) return
  throw new GigarowError('USAGE', `${ofTune.join(' and ')} ${plural(ofTune)} nothing without --tune.`, {
    hint: 'Name a tuning profile, such as --tune bulk-safe, or leave it out.',
  })
}

/** Commander's value of --no-restart is true where it is not given. */
export function given(flags: object, names: Readonly<Record<string, string>>): string[] {
  const values = new Map(Object.entries(flags))
  return Object.entries(names)
    .filter(([name]) => {
      const value: unknown = values.get(name)
      return name === 'restart' ? value === false : value !== undefined && value !== false
    })
    .map(([, flag]) => flag)
}

export function plural({ length }: readonly unknown[]): string {
  return length === 1 ? 'does' : 'do'
}
