import { isGigarowError } from '../../../kernel/index.ts'
import type { TuningContext, TuningOwner, TuningStatus } from '../../../tuning/index.ts'
import type { Command, CommandContext } from '../../command.ts'
import type { Output } from '../../output.ts'
import { printElsewhere, printForeign } from '../../tuning/render.ts'

export const statusCommand: Command = {
  name: 'status',
  summary: 'whether a profile is applied, setting by setting; exit code 4 when something is half done',
  showsTuning: true,
  examples: ['gigarow tune status', 'gigarow tune status --json'],
  run: runStatus,
}

export async function runStatus(context: CommandContext): Promise<number> {
  const { openJournals, tuningStatus } = await import('../../../tuning/index.ts')
  const { stateDir } = await context.config()
  const { canAsk, tuningContext } = await import('../../tuning/context.ts')
  if (openJournals(stateDir).length === 0 && !(await canAsk(context))) {
    context.out.document({ open: false, unfinished: false, settings: [] })
    context.out.print('No tuning profile is applied.')
    return 0
  }
  const { tuning } = await tuningContext(context)
  const status = await tuningStatus(tuning).catch((error: unknown) => {
    // Known from the journal only where its files are on this machine and it is down.
    if (tuning.dataDirectory !== undefined && isGigarowError(error)) {
      context.out.note(
        'When the server does not start because of a setting, gigarow tune revert mends its files.',
      )
    }
    throw error
  })
  context.out.document(status)
  const others = status.open ? undefined : await ofOthers(tuning)
  if (others !== undefined) context.out.print(context.out.colors.yellow(others))
  await print(status, context.out)
  return status.unfinished || status.foreign !== null ? 4 : 0
}

const SUSPECT = 'The machine was restarted while durability was off: do not trust the data of this server.'

/** After a profile without durability: what protects the data is on again, and they are on the disks. */
function printClosed({ last, durabilityOff }: TuningStatus, out: Output): void {
  out.print('No tuning profile is applied to this server.')
  if (last === null || last.unsafe.length === 0) return
  const when = `${last.at.slice(0, 16).replace('T', ' ')} UTC`
  const durability =
    durabilityOff.length === 0
      ? 'durability is on'
      : `off now, as before or since: ${durabilityOff.join(', ')}`
  const disks = last.synced ? '; the disks were brought up to date (sync, checkpoint)' : ''
  out.print(`${last.profile} was put back ${when}; ${durability}${disks}.`)
  if (last.suspect) out.print(out.colors.red(SUSPECT))
}

/** Loads of other projects and machines have left word in the database. */
async function ofOthers({ connect }: TuningContext): Promise<string | undefined> {
  const { describeTarget } = await import('../../../db/index.ts')
  const { readLeases } = await import('../../../store/index.ts')
  const { leaseWarning } = await import('../../../tuning/index.ts')
  return connect('looking for leases', async ({ sql, target }) =>
    leaseWarning(await readLeases(sql).catch(() => []), describeTarget(target)),
  )
}

function ownerLine({ doing, pid, host, alive }: TuningOwner, { colors }: Output): string {
  const who = `gigarow ${doing} (process ${pid} on ${host})`
  if (alive === true) return `It is in force for ${who}, which puts the settings back at its end.`
  const resume =
    doing === 'seed' ? '; gigarow seed --resume goes on with it and puts them back at its end' : ''
  return alive === false
    ? colors.yellow(`${who} died before it could put the settings back${resume}.`)
    : `It is in force for ${who}; whether that lives cannot be seen from here.`
}

async function print(status: TuningStatus, out: Output): Promise<void> {
  printElsewhere(status.elsewhere, out)
  if (status.fileErrors.length > 0) {
    out.print(out.colors.yellow(`The server's configuration files have errors: ${status.fileErrors[0]}.`))
  }
  if (status.foreign !== null) return printForeign(status.foreign, out)
  if (!status.open) return printClosed(status, out)
  const { columns } = await import('../../tuning/render.ts')
  const { bold, red } = out.colors
  const rows = status.settings.map((s) => [s.name, s.before, s.ours, s.now, s.state])
  const [head, ...lines] = columns([['setting', 'before', 'ours', 'now', 'state'], ...rows]).split('\n')
  out.print([bold(head!), ...lines, ''].join('\n'))
  const since = `${status.since!.slice(0, 16).replace('T', ' ')} UTC`
  out.print(
    status.phase === 'applied'
      ? `${status.profile} is applied since ${since}.`
      : `${status.phase === 'applying' ? 'Applying' : 'Reverting'} ${status.profile} (begun ${since}) ${status.waiting ? 'waits for a restart of the server' : 'is not finished'}.`,
  )
  if (status.owner !== null) out.print(ownerLine(status.owner, out))
  if (status.suspect) out.print(red(SUSPECT))
  out.print(`${bold('gigarow tune revert')} puts everything back.`)
}
