import { hostname } from 'node:os'
import { isAlive, type Lease } from '../store/index.ts'
import { openJournals, readJournal } from './journal.ts'
import { foldJournal, type JournalState, type Owner } from './journal-records.ts'

/**
 * One line a server when a tuning profile is in force or was left half done, for every command to show. Reads only local files;
 * a journal that cannot be read is a line as well.
 */
export function openJournalWarning(stateDir: string): string | undefined {
  try {
    const lines = openJournals(stateDir).map(({ state }) => describe(state))
    return lines.length === 0 ? undefined : lines.join('\n')
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function describe({ plan: { profile, server }, since, phase, waiting, owner }: JournalState): string {
  const when = minute(since)
  // What waits for the user's restart is his, whoever began it.
  if (owner !== undefined && !(waiting && phase === 'reverting'))
    return describeOwned({ ...owner, profile, server, since, phase })
  if (phase === 'applied') {
    return `Tuning profile ${profile} is in force on ${server} since ${when}; gigarow tune revert puts the settings back.`
  }
  const doing = phase === 'applying' ? 'Applying' : 'Reverting'
  const what = waiting ? 'waits for a restart of the server' : 'was not finished'
  return `${doing} tuning profile ${profile} on ${server} (${when}) ${what}: gigarow tune status.`
}

interface Owned extends Owner {
  readonly profile: string
  readonly server: string
  readonly since: string
  readonly phase: JournalState['phase']
}

const STATES: Record<JournalState['phase'], string> = {
  applying: 'half applied',
  applied: 'in force',
  reverting: 'half reverted',
}

/** Commands that go on with a profile that they died with. */
const RESUMABLE = ['seed', 'import']

function describeOwned({ profile, server, since, phase, ...owner }: Owned): string {
  const who = `gigarow ${owner.doing} (process ${owner.pid} on ${owner.host}, ${minute(since)})`
  const alive = isAlive(owner)
  if (alive === true)
    return `Tuning profile ${profile} is ${STATES[phase]} on ${server} for ${who}, which puts the settings back at its end.`
  const resume = RESUMABLE.includes(owner.doing)
    ? `gigarow ${owner.doing} --resume goes on and does it at its end.`
    : ''
  const state = `with tuning profile ${profile} ${STATES[phase]} on ${server}`
  return alive === false
    ? `${who} died ${state}: gigarow tune revert puts the settings back; ${resume}`.replace(/; $/, '.')
    : `${who} works ${state}, or died so: then gigarow tune revert, in its project there, puts the settings back.`
}

/** The same of loads of other projects and machines: the database has their leases. */
export function leaseWarning(leases: readonly Lease[], server: string): string | undefined {
  const lines = leases
    .filter((lease) => !isOver(lease))
    .map(({ holder, profile, doing, since, journal }) => {
      const alive = isAlive(holder)
      const who = `gigarow ${doing} (process ${holder.pid} on ${holder.host}, ${minute(since)})`
      const state = `with tuning profile ${profile} in force on ${server}`
      const undo = `gigarow tune revert in its project (journal ${journal}) puts the settings back.`
      if (alive === true) return `${who} works ${state}, and puts the settings back at its end.`
      return alive === false
        ? `${who} died ${state}: ${undo}`
        : `${who} works ${state}, or died so: then ${undo}`
    })
  return lines.length === 0 ? undefined : lines.join('\n')
}

/** What its journal says, where that is on this machine: a revert over another database drops no lease. */
function isOver({ holder, journal, session }: Lease): boolean {
  if (holder.host !== hostname()) return false
  try {
    return foldJournal(readJournal(journal))?.plan.session !== session
  } catch {
    return false
  }
}

function minute(time: string): string {
  return `${time.slice(0, 16).replace('T', ' ')} UTC`
}
