import type { ApplyResult, TuningProfile } from '../../../tuning/index.ts'
import type { Command, CommandContext } from '../../command.ts'
import type { Output } from '../../output.ts'
import { HARDWARE_OPTIONS, hardwareOverrides } from '../../tuning/options.ts'
import { runPlan } from './plan.ts'

export const applyCommand: Command = {
  name: 'apply',
  summary: 'set the server to a profile; `gigarow tune revert` puts everything back',
  args: '<profile>',
  options: [
    ...HARDWARE_OPTIONS,
    {
      flags: '--unsafe',
      description: 'allow settings that turn off durability (not needed for the embedded server)',
    },
    { flags: '--no-restart', description: 'leave settings that need a restart waiting for one' },
    { flags: '--dry-run', description: 'show the plan and change nothing' },
  ],
  showsTuning: true,
  examples: [
    'gigarow tune apply bulk-safe',
    'gigarow tune apply bulk',
    'gigarow tune apply bulk-safe --dry-run',
  ],
  run: async (context, input) => {
    if (input.options.dryRun === true) return runPlan(context, input)
    const { findProfile } = await import('../../tuning/profiles.ts')
    const { tuningContext } = await import('../../tuning/context.ts')
    const { applyTuning } = await import('../../../tuning/index.ts')
    const hardware = hardwareOverrides(input.options)
    const { profile } = await findProfile((await context.config()).tuning, input.args[0]!)
    const { tuning, embedded } = await tuningContext(context)
    if (embedded) warnUnsafe(profile, context)
    const restart = input.options.restart !== false
    const allowUnsafe = embedded || input.options.unsafe === true
    const result = await applyTuning({ ...tuning, profile, hardware, allowUnsafe, restart })
    context.out.document(result)
    await print(result, context.out)
    // Without the flag the settings were meant to be in force now.
    return result.pendingRestart.length > 0 && restart ? 4 : 0
  },
}

/** The embedded server needs no --unsafe: said aloud instead. */
function warnUnsafe(profile: TuningProfile, { out }: CommandContext): void {
  const names = Object.entries(profile.settings).flatMap(([name, spec]) =>
    spec.level === 'L3' ? [name] : [],
  )
  if (names.length === 0) return
  out.note(
    `${out.colors.yellow('careful')} ${profile.name} gives up durability (${names.join(', ')}): until the revert a crash of this machine can destroy everything on the embedded server, which is made for data that can be made again.`,
  )
}

const OUTCOMES: Record<ApplyResult['outcome'], (profile: string) => string> = {
  applied: (profile) => `${profile} is applied`,
  finished: (profile) => `${profile} was begun earlier and is applied now`,
  already: (profile) => `${profile} is applied already; nothing was changed`,
  nothing: (profile) => `The server has every value of ${profile} already; nothing was changed`,
}

async function print(result: ApplyResult, out: Output): Promise<void> {
  const { columns } = await import('../../tuning/render.ts')
  if (result.changed.length > 0) {
    out.print(columns(result.changed.map((c) => [c.name, c.from, '→', c.to])))
    out.print('')
  }
  const { bold, yellow } = out.colors
  const undo = result.outcome === 'nothing' ? '.' : `; ${bold('gigarow tune revert')} puts everything back.`
  out.print(`${OUTCOMES[result.outcome](result.profile)}${undo}`)
  if (result.pendingRestart.length > 0) {
    out.print(
      yellow(
        `Waiting for a restart of the server: ${result.pendingRestart.join(', ')}. Then run this command again.`,
      ),
    )
  }
}
