import { openJournals } from './journal.ts'
import type { JournalState } from './journal-records.ts'

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

function describe({ plan: { profile, server }, since, phase, waiting }: JournalState): string {
  const when = `${since.slice(0, 16).replace('T', ' ')} UTC`
  if (phase === 'applied') {
    return `Tuning profile ${profile} is in force on ${server} since ${when}; gigarow tune revert puts the settings back.`
  }
  const doing = phase === 'applying' ? 'Applying' : 'Reverting'
  const what = waiting ? 'waits for a restart of the server' : 'was not finished'
  return `${doing} tuning profile ${profile} on ${server} (${when}) ${what}: gigarow tune status.`
}
