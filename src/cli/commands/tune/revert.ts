import { GigarowError } from '../../../kernel/index.ts'
import type { OnConflict, RevertOutcome, RevertResult } from '../../../tuning/index.ts'
import type { Command, CommandContext } from '../../command.ts'
import type { Output } from '../../output.ts'
import { RESTART_OPTIONS } from '../../tuning/options.ts'
import { printElsewhere, printForeign } from '../../tuning/render.ts'
import { sessionLines } from '../../tuning/reporter.ts'

export const revertCommand: Command = {
  name: 'revert',
  summary: 'put back every setting that a profile changed; finishes what was interrupted',
  options: [
    {
      flags: '--keep-theirs',
      description: 'leave settings that somebody else changed meanwhile, and be done',
    },
    { flags: '--force', description: 'overwrite settings that somebody else changed meanwhile' },
    ...RESTART_OPTIONS,
    {
      flags: '--data <folder>',
      description: 'data directory of a server that does not start, when it is on this machine',
    },
    { flags: '--synced', description: 'you have run sync on the server’s machine yourself' },
    {
      flags: '--drop-marker',
      description: 'the journal is lost and the settings are back: take its marker out of the server',
    },
    { flags: '--dry-run', description: 'show how the settings stand and change nothing' },
  ],
  showsTuning: true,
  examples: ['gigarow tune revert', 'gigarow tune revert --keep-theirs'],
  run: async (context, input) => {
    const conflicts = onConflict(input.options)
    if (input.options.dryRun === true) return (await import('./status.ts')).runStatus(context)
    const { openJournals, revertTuning } = await import('../../../tuning/index.ts')
    const { stateDir } = await context.config()
    const { canAsk, tuningContext } = await import('../../tuning/context.ts')
    // What was never applied from here needs no server to be started.
    if (openJournals(stateDir).length === 0 && !(await canAsk(context))) return report(context, NOTHING)
    const { tuning } = await tuningContext(context, input.options)
    const restart = input.options.restart !== false
    // Once begun it is finished: stopping half way helps nobody.
    const { signal: waitSignal, ...uninterrupted } = tuning
    const flags = { synced: input.options.synced === true, dropMarker: input.options.dropMarker === true }
    const options = { ...uninterrupted, ...(waitSignal === undefined ? {} : { waitSignal }), ...flags }
    return report(context, await revertTuning({ ...options, conflicts, restart }))
  },
}

const NOTHING: RevertResult = {
  profile: null,
  settings: [],
  pendingRestart: [],
  restarted: false,
  working: [],
  offline: false,
  stopped: false,
  foreign: null,
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
  if (result.foreign !== null) return 3
  return result.pendingRestart.length > 0 || result.stopped ? 4 : 0
}

async function print(result: RevertResult, out: Output): Promise<void> {
  if (result.profile === null) {
    printElsewhere(result.elsewhere, out)
    if (result.foreign !== null) return printForeign(result.foreign, out)
    const where = result.elsewhere.length === 0 ? '' : ' to this server'
    return out.print(`No tuning profile is applied${where}; nothing to revert.`)
  }
  const { columns } = await import('../../tuning/render.ts')
  const rows = result.settings.map((s) => [s.name, s.to ?? '(unset)', OUTCOMES[s.outcome]])
  if (rows.length > 0) out.print(`${columns(rows)}\n`)
  for (const note of result.notes) out.print(out.colors.yellow(note))
  if (result.working.length > 0) {
    out.print(`Not restarted, because these sessions are working:\n${sessionLines(result.working)}`)
  }
  if (result.stopped) {
    return out.print(
      out.colors.yellow('The files are as before. Start the server, then run gigarow tune revert again.'),
    )
  }
  out.print(
    result.pendingRestart.length === 0
      ? `${result.profile} is reverted; the settings are as before.`
      : out.colors.yellow(
          `Waiting for a restart of the server: ${result.pendingRestart.join(', ')}. Then run gigarow tune revert again.`,
        ),
  )
}
