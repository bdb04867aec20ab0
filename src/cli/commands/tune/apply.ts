import type { ApplyResult } from '../../../tuning/index.ts'
import type { Command } from '../../command.ts'
import type { Output } from '../../output.ts'
import {
  HARDWARE_OPTIONS,
  hardwareOverrides,
  RESTART_OPTIONS,
  SELECTION_OPTIONS,
  selection,
} from '../../tuning/options.ts'
import { sessionLines } from '../../tuning/reporter.ts'
import { warnUnsafe } from '../../tuning/unsafe.ts'
import { runPlan } from './plan.ts'

export const applyCommand: Command = {
  name: 'apply',
  summary: 'set the server to a profile; `gigarow tune revert` puts everything back',
  args: '<profile>',
  options: [
    ...HARDWARE_OPTIONS,
    ...SELECTION_OPTIONS,
    {
      flags: '--unsafe',
      description: 'allow settings that turn off durability (not needed for the embedded server)',
    },
    ...RESTART_OPTIONS,
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
    const { tuning, embedded } = await tuningContext(context, input.options)
    if (embedded) warnUnsafe(profile, context)
    const restart = input.options.restart !== false
    const allowUnsafe = embedded || input.options.unsafe === true
    const chosen = { profile, hardware, selection: selection(input.options) }
    const result = await applyTuning({ ...tuning, ...chosen, allowUnsafe, restart })
    context.out.document(result)
    await print(result, context.out)
    // Without the flag the settings were meant to be in force now.
    return result.pendingRestart.length > 0 && restart ? 4 : 0
  },
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
    out.print(
      columns(
        result.changed.map((c) => [c.name, c.from, '→', c.to, c.scope === null ? '' : `for ${c.scope} only`]),
      ),
    )
    out.print('')
  }
  const { bold, yellow } = out.colors
  printRest(result, out)
  const undo = result.outcome === 'nothing' ? '.' : `; ${bold('gigarow tune revert')} puts everything back.`
  out.print(`${OUTCOMES[result.outcome](result.profile)}${undo}`)
  if (result.working.length > 0) {
    out.print(`Not restarted, because these sessions are working:\n${sessionLines(result.working)}`)
  }
  if (result.pendingRestart.length > 0) {
    out.print(
      yellow(
        `Waiting for a restart of the server: ${result.pendingRestart.join(', ')}. Then run this command again.`,
      ),
    )
  }
}

/** What was not done, and what some sessions will not see. */
function printRest({ profile, skipped, shadowed }: ApplyResult, out: Output): void {
  for (const { name, why } of skipped) out.print(out.colors.dim(`not set: ${name}: ${why}`))
  for (const { name, by } of shadowed) out.print(`${name} has another value for ${by}, which wins there.`)
  if (skipped.some((s) => s.forbidden)) {
    out.print(`gigarow tune render ${profile} writes out what this user may not set.`)
  }
  if (skipped.length + shadowed.length > 0) out.print('')
}
