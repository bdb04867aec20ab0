import { type Database, withSession } from '../db/index.ts'
import { ident, qualified } from '../kernel/index.ts'
import { workerName } from './ledger.ts'
import type { LoadTable } from './preflight.ts'

/** Explicit values do not move a sequence: the next row of the application must not collide with ours. */
export async function setSequences(db: Database, tables: readonly LoadTable[]): Promise<void> {
  for (const { plan, live } of tables) {
    const filled = new Set(plan.columns.map((c) => c.name))
    for (const column of live.columns.filter((c) => c.sequence !== undefined && filled.has(c.name))) {
      await db.sql.unsafe(
        `select setval($1::text::regclass, greatest(m, 1), m is not null) from (select max(${ident(column.name)}) as m from ${qualified(live)}) t`,
        [column.sequence!],
      )
    }
  }
}

export interface VacuumOptions {
  readonly run: number
  readonly jobs: number
  readonly signal: AbortSignal
  readonly onDone: (relation: string) => void
}

/** VACUUM and ANALYZE of every relation that holds rows, side by side; then ANALYZE of partitioned parents. */
export async function vacuumAll(
  db: Database,
  tables: readonly LoadTable[],
  { run, jobs, signal, onDone }: VacuumOptions,
): Promise<void> {
  const queue = tables.flatMap(({ live }) => live.leaves.map((leaf) => qualified(leaf)))
  const parents = tables.filter(({ live }) => live.kind === 'partitioned').map(({ live }) => qualified(live))
  const named = { target: db.target, applicationName: workerName(run) }
  await Promise.all(
    Array.from({ length: Math.min(jobs, queue.length) }, () =>
      withSession(named, async (session) => {
        for (let relation = queue.shift(); relation !== undefined; relation = queue.shift()) {
          signal.throwIfAborted()
          await session.unsafe(`vacuum (freeze, analyze) ${relation}`)
          onDone(relation)
        }
      }),
    ),
  )
  for (const parent of parents) {
    signal.throwIfAborted()
    await db.sql.unsafe(`analyze ${parent}`)
    onDone(parent)
  }
}

export function vacuumSteps(tables: readonly LoadTable[]): number {
  return tables.reduce((sum, { live }) => sum + live.leaves.length + (live.kind === 'partitioned' ? 1 : 0), 0)
}
