import { describe, expect, it } from 'vitest'
import type { Sql } from '../../../src/db/index.ts'
import { applyTuning, revertTuning, type TuningContext, tuningStatus } from '../../../src/tuning/index.ts'
import { profileOf, serverOfFile, snapshot } from '../../db/tuning/support.ts'

const { cluster, tuning: alive } = serverOfFile()

type When = 'before' | 'after'

/** The engine of a process that dies at its n-th statement: from then on nothing of it reaches the server. */
function dyingAt(tuning: TuningContext, n: number, when: When): TuningContext & { dead(): boolean } {
  let statements = 0
  let dead = false
  const guard = <T extends object>(sql: T): T =>
    new Proxy(sql, {
      apply: (target, self, args) => run(() => Reflect.apply(target as never, self, args)),
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key)
        if (key === 'unsafe') return (text: string) => run(() => (target as unknown as Sql).unsafe(text))
        return value
      },
    })
  const run = async (statement: () => Promise<unknown>) => {
    statements++
    if (dead || (statements === n && when === 'before')) {
      dead = true
      throw new Error('the process is dead')
    }
    const result = await statement()
    if (statements === n) {
      dead = true
      throw new Error('the process is dead')
    }
    return result
  }
  return {
    connect: (doing, use) => {
      if (dead) return Promise.reject(new Error('the process is dead'))
      return tuning.connect(doing, (db) =>
        use({
          ...db,
          sql: guard(db.sql),
          withSession: (work) => db.withSession((session) => work(guard(session))),
        }),
      )
    },
    stateDir: tuning.stateDir,
    dead: () => dead,
  }
}

const PROFILE = profileOf({
  fsync: { value: false, level: 'L3' },
  work_mem: { value: '32MB' },
})
const APPLY = { profile: PROFILE, hardware: {}, allowUnsafe: true, restart: false }
const REVERT = { conflicts: 'report', restart: false } as const

/** Calls `attempt` with a process that dies ever later, until one lives to the end; returns how many died. */
async function atEveryStatement(
  when: When,
  tuning: TuningContext,
  attempt: (dying: TuningContext) => Promise<void>,
) {
  for (let n = 1; n < 500; n++) {
    const dying = dyingAt(tuning, n, when)
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
