import { type Database, withSession } from '../db/index.ts'
import { displayName, qualified } from '../kernel/index.ts'
import { workerName } from './ledger.ts'
import type { LoadTable } from './preflight.ts'

/** What VACUUM and ANALYZE look at. */
export interface VacuumPlan {
  /** Relations that hold rows. */
  readonly leaves: readonly string[]
  readonly parents: readonly string[]
  /** A sentence for each table that this role may not vacuum. */
  readonly denied: readonly string[]
}

export async function planVacuum(db: Database, tables: readonly LoadTable[]): Promise<VacuumPlan> {
  const oids = tables.flatMap(({ live }) => [live.oid, ...live.leaves.map((leaf) => leaf.oid)])
  const maintain = db.version >= 170_000 ? "or has_table_privilege(c.oid, 'maintain')" : ''
  const rows = await db.sql.unsafe<{ oid: string; may: boolean; owner: string }[]>(
    `select c.oid::int8::text as oid, pg_get_userbyid(c.relowner)::text as owner,
            pg_has_role(c.relowner, 'usage') or pg_has_role(d.datdba, 'usage') ${maintain} as may
       from pg_class c, pg_database d where c.oid = any ($1::text[]::int8[]::oid[]) and d.datname = current_database()`,
    [oids],
  )
  const rights = new Map(rows.map((row) => [row.oid, row]))
  const may = ({ oid }: { oid: string }) => rights.get(oid)?.may !== false
  const denied = tables.filter(({ live }) => ![live, ...live.leaves].every(may))
  return {
    leaves: tables.flatMap(({ live }) => live.leaves.filter(may).map((leaf) => qualified(leaf))),
    parents: tables
      .filter(({ live }) => live.kind === 'partitioned' && may(live))
      .map(({ live }) => qualified(live)),
    denied: denied.map(
      ({ live }) =>
        `${displayName(live)} is not vacuumed and analyzed, which is for ${rights.get(live.oid)?.owner ?? 'its owner'} to do: VACUUM (FREEZE, ANALYZE) ${displayName(live)};`,
    ),
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
  { leaves, parents }: VacuumPlan,
  { run, jobs, signal, onDone }: VacuumOptions,
): Promise<void> {
  const queue = [...leaves]
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

export function vacuumSteps({ leaves, parents }: VacuumPlan): number {
  return leaves.length + parents.length
}
