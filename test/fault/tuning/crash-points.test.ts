import { describe, expect, it } from 'vitest'
import { applyTuning, revertTuning, type TuningContext, tuningStatus } from '../../../src/tuning/index.ts'
import { profileOf, serverOfFile, snapshot } from '../../db/tuning/support.ts'
import { type Incident, injected } from './injected.ts'

const { cluster, tuning } = serverOfFile()
/** A process that is dead neither restarts a server nor edits its files. */
const alive: TuningContext = { connect: tuning.connect, stateDir: tuning.stateDir }

const PROFILE = profileOf({
  fsync: { value: false, level: 'L3' },
  work_mem: { value: '32MB' },
})
const APPLY = { profile: PROFILE, hardware: {}, allowUnsafe: true, restart: false }
const REVERT = { conflicts: 'report', restart: false } as const

/** Calls `attempt` with a process that dies ever later, until one lives to the end; returns how many died. */
async function atEveryStatement(
  when: Incident['when'],
  tuning: TuningContext,
  attempt: (dying: TuningContext) => Promise<void>,
) {
  for (let n = 1; n < 500; n++) {
    const dying = injected(tuning, [{ at: n, when, dies: true }])
    await attempt(dying)
    if (!dying.dead()) return n - 1
  }
  throw new Error('it never came to an end')
}

describe('a crash at every single statement', () => {
  it.each(['before', 'after'] as const)(
    '%s it: of apply, then one revert takes everything back',
    async (when) => {
      const before = await snapshot(cluster)
      const crashes = await atEveryStatement(when, alive, async (dying) => {
        await applyTuning({ ...dying, ...APPLY }).catch(() => {})
        await revertTuning({ ...alive, ...REVERT })
        expect(await snapshot(cluster)).toEqual(before)
        expect((await tuningStatus(alive)).open).toBe(false)
      })
      expect(crashes).toBeGreaterThan(10)
    },
  )

  it.each(['before', 'after'] as const)('%s it: of revert, then the next one finishes it', async (when) => {
    const before = await snapshot(cluster)
    const crashes = await atEveryStatement(when, alive, async (dying) => {
      await applyTuning({ ...alive, ...APPLY })
      await revertTuning({ ...dying, ...REVERT }).catch(() => {})
      await revertTuning({ ...alive, ...REVERT })
      expect(await snapshot(cluster)).toEqual(before)
      expect((await tuningStatus(alive)).open).toBe(false)
    })
    expect(crashes).toBeGreaterThan(10)
  })
})
