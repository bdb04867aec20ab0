import { GigarowError } from '../../../kernel/index.ts'
import type { OnConflict, RevertOutcome, RevertResult } from '../../../tuning/index.ts'
import type { Command, CommandContext } from '../../command.ts'
import type { Output } from '../../output.ts'
import { printElsewhere } from '../../tuning/render.ts'

export const revertCommand: Command = {
  name: 'revert',
  summary: 'put back every setting that a profile changed; finishes what was interrupted',
  options: [
    {
      flags: '--keep-theirs',
      description: 'leave settings that somebody else changed meanwhile, and be done',
    },
    { flags: '--force', description: 'overwrite settings that somebody else changed meanwhile' },
    { flags: '--no-restart', description: 'leave settings that need a restart waiting for one' },
    { flags: '--synced', description: 'you have run sync on the server’s machine yourself' },
    { flags: '--dry-run', description: 'show how the settings stand and change nothing' },
  ],
  showsTuning: true,
  examples: ['gigarow tune revert', 'gigarow tune revert --keep-theirs'],
  run: async (context, input) => {
    const conflicts = onConflict(input.options)
    if (input.options.dryRun === true) return (await import('./status.ts')).runStatus(context)
    const { openJournals, revertTuning } = await import('../../../tuning/index.ts')
    const { stateDir } = await context.config()
    // What was never applied from here needs no server to be started.
    if (openJournals(stateDir).length === 0) return report(context, NOTHING)
    const { tuningContext } = await import('../../tuning/context.ts')
    const { tuning } = await tuningContext(context)
    const restart = input.options.restart !== false
    // Once begun it is finished: stopping half way helps nobody.
    const { signal: _, ...uninterrupted } = tuning
    const synced = input.options.synced === true
    return report(context, await revertTuning({ ...uninterrupted, conflicts, restart, synced }))
  },
}

const NOTHING: RevertResult = {
  profile: null,
  settings: [],
  pendingRestart: [],
  restarted: false,
  offline: false,
  notes: [],
  elsewhere: [],
}

const OUTCOMES: Record<RevertOutcome, string> = {
  restored: 'put back',
  back: 'was back already',
  kept: 'changed by somebody else, kept',
  conflict: 'changed by somebody else, left alone',
}

function onConflict(options: Readonly<Record<string, unknown>>): OnConflict {
  if (options.keepTheirs === true && options.force === true) {
    throw new GigarowError('USAGE', '--keep-theirs and --force exclude each other.', {
      hint: 'Give one of them.',
    })
  }
  return options.keepTheirs === true ? 'keep' : options.force === true ? 'force' : 'report'
}

async function report({ out }: CommandContext, result: RevertResult): Promise<number> {
  out.document(result)
  await print(result, out)
  return result.pendingRestart.length > 0 ? 4 : 0
}

async function print(result: RevertResult, out: Output): Promise<void> {
  if (result.profile === null) {
    printElsewhere(result.elsewhere, out)
    const where = result.elsewhere.length === 0 ? '' : ' to this server'
    return out.print(`No tuning profile is applied${where}; nothing to revert.`)
  }
  const { columns } = await import('../../tuning/render.ts')
  const rows = result.settings.map((s) => [
    s.name,
    s.to ?? 'not in postgresql.auto.conf',
    OUTCOMES[s.outcome],
  ])
  if (rows.length > 0) out.print(`${columns(rows)}\n`)
  for (const note of result.notes) out.print(out.colors.yellow(note))
  out.print(
    result.pendingRestart.length === 0
      ? `${result.profile} is reverted; the settings are as before.`
      : out.colors.yellow(
          `Waiting for a restart of the server: ${result.pendingRestart.join(', ')}. Then run gigarow tune revert again.`,
        ),
  )
}
