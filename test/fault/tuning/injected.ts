import type { Sql } from '../../../src/db/index.ts'
import type { TuningContext } from '../../../src/tuning/index.ts'

export const DEAD = 'the process is dead'

/** What happens around a statement (1 is the first); `dies`: from then on nothing of the engine reaches the server. */
export interface Incident {
  /** At this statement, or at the next one that `suits`. */
  readonly at: number
  readonly when: 'before' | 'after'
  readonly dies: boolean
  readonly act?: () => Promise<void>
  readonly suits?: (statement: string) => boolean
}

export interface Injected extends TuningContext {
  dead(): boolean
  /** Whether there were as many statements. */
  happened(): boolean
}

/** The engine of a process to which this happens at its statements. */
export function injected(tuning: TuningContext, incidents: readonly Incident[]): Injected {
  const open = new Set(incidents)
  let statements = 0
  let dead = false
  const happens = async (n: number, when: Incident['when'], text: string) => {
    for (const incident of [...open]) {
      if (incident.when !== when || n < incident.at || incident.suits?.(text) === false) continue
      open.delete(incident)
      await incident.act?.()
      dead ||= incident.dies
    }
  }
  const run = async (text: string, statement: () => Promise<unknown>) => {
    const n = ++statements
    if (!dead) await happens(n, 'before', text)
    if (dead) throw new Error(DEAD)
    const result = await statement()
    await happens(n, 'after', text)
    if (dead) throw new Error(DEAD)
    return result
  }
  const guard = <T extends object>(sql: T): T =>
    new Proxy(sql, {
      apply: (target, self, args) =>
        run(args[0].join('?').trim(), () => Reflect.apply(target as never, self, args)),
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key)
        if (key === 'unsafe')
          return (...args: Parameters<Sql['unsafe']>) =>
            run(args[0], () => (target as unknown as Sql).unsafe(...args))
        return value
      },
    })
  return {
    ...tuning,
    connect: (doing, use) => {
      if (dead) return Promise.reject(new Error(DEAD))
      return tuning.connect(doing, (db) =>
        use({
          ...db,
          sql: guard(db.sql),
          withSession: (work) => db.withSession((session) => work(guard(session))),
        }),
      )
    },
    dead: () => dead,
    happened: () => open.size < incidents.length,
  }
}
