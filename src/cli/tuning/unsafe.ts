import type { TuningProfile } from '../../tuning/index.ts'
import type { CommandContext } from '../command.ts'

/** The embedded server needs no --unsafe: said aloud instead. */
export function warnUnsafe(profile: TuningProfile, { out }: CommandContext): void {
  const names = Object.entries(profile.settings).flatMap(([name, spec]) =>
    spec.level === 'L3' ? [name] : [],
  )
  if (names.length === 0) return
  out.note(
    `${out.colors.yellow('careful')} ${profile.name} gives up durability (${names.join(', ')}): until the revert a crash of this machine can destroy everything on the embedded server, which is made for data that can be made again.`,
  )
}
