import { openJournals } from './journal.ts'

/**
 * One line a server when a tuning profile is in force or was left half done, for every command to show. Reads only local files;
 * a journal that cannot be read is a line as well.
 */
export function openJournalWarning(stateDir: string): string | undefined {
  try {
    const lines = openJournals(stateDir).map(({ state }) => {
      const { profile, server } = state.plan
      const when = state.since.slice(0, 16).replace('T', ' ')
      return state.phase === 'applied'
        ? `Tuning profile ${profile} is in force on ${server} since ${when} UTC; gigarow tune revert puts the settings back.`
        : `${state.phase === 'applying' ? 'Applying' : 'Reverting'} tuning profile ${profile} on ${server} (${when} UTC) was not finished: gigarow tune status.`
    })
    return lines.length === 0 ? undefined : lines.join('\n')
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
