import type { SeedEvent } from '../../seed/index.ts'
import type { PhaseWaits } from './seed-data.ts'

/** Listens to a load and remembers what its sessions waited for. */
export class WaitRecorder {
  readonly #phases = new Map<string, Map<string, number>>()

  readonly listen = (event: SeedEvent): void => {
    if (event.type !== 'phase.waits') return
    const seen = this.#phases.get(event.phase) ?? new Map<string, number>()
    this.#phases.set(event.phase, seen)
    for (const { wait, sessions } of event.waits) seen.set(wait, (seen.get(wait) ?? 0) + sessions)
  }

  /** The most frequent first. */
  get waits(): PhaseWaits[] {
    return [...this.#phases]
      .map(([phase, seen]) => {
        const total = [...seen.values()].reduce((sum, count) => sum + count, 0)
        const waits = [...seen].map(([wait, count]) => ({ wait, share: count / total }))
        return { phase, waits: waits.sort((a, b) => b.share - a.share) }
      })
      .filter(({ waits }) => waits.length > 0)
  }
}
