import { setTimeout as delay } from 'node:timers/promises'
import type { Database } from '../db/index.ts'
import { type Emit, formatBytes } from '../kernel/index.ts'
import type { Phase, SeedEvent } from './events.ts'
import { workerName } from './ledger.ts'

const EVERY_MS = 1000

/**
 * What the server says of copies, index builds and vacuums of this load that run now, one line each: "index: loading tuples in tree 45 %".
 * Before the first table is vacuumed nothing has its size: then there is no percentage. $1: the name of the run's sessions; partitioned
 * parents are analysed by the session that asks.
 */
const RUNNING_SQL = `
  with ours as (select pid from pg_stat_activity where datname = current_database() and application_name in ($1, current_setting('application_name')))
  select 'copy' as what, count(*) || case when count(*) = 1 then ' session' else ' sessions' end as phase, null::float8 as share, sum(bytes_processed)::float8 as bytes
    from pg_stat_progress_copy join ours using (pid) having count(*) > 0
  union all
  select 'index', regexp_replace(phase, '^building index: ', ''),
         case when tuples_total > 0 then tuples_done::float8 / tuples_total
              when blocks_total > 0 then blocks_done::float8 / blocks_total end, null
    from pg_stat_progress_create_index join ours using (pid)
  union all
  select 'vacuum', phase, case when heap_blks_total > 0 then heap_blks_scanned::float8 / heap_blks_total end, null
    from pg_stat_progress_vacuum join ours using (pid)
  union all
  select 'analyze', phase, case when sample_blks_total > 0 then sample_blks_scanned::float8 / sample_blks_total end, null
    from pg_stat_progress_analyze join ours using (pid)`

/** What the run's sessions wait for at this moment; nothing means that they compute. */
const WAITS_SQL = `
  select coalesce(wait_event_type || '/' || wait_event, 'CPU') as wait, count(*)::int as sessions
    from pg_stat_activity where application_name = $1 and datname = current_database() and state = 'active'
   group by 1 order by 2 desc, 1`

interface Running {
  readonly what: string
  readonly phase: string
  readonly share: number | null
  readonly bytes: number | null
}

export interface Wait {
  /** Type and name of PostgreSQL's wait event, such as IO/WALWrite; CPU where there is none. */
  readonly wait: string
  readonly sessions: number
}

/** Runs `work`, and once a second tells how far the server has come with it, and what its sessions wait for. */
export async function watching<T>(
  db: Database,
  { run, phase, emit }: { run: number; phase: Phase; emit: Emit<SeedEvent> },
  work: () => Promise<T>,
): Promise<T> {
  const end = new AbortController()
  const watch = async () => {
    while (!end.signal.aborted) {
      await delay(EVERY_MS, undefined, { signal: end.signal })
      const rows = await db.sql.unsafe<Running[]>(RUNNING_SQL, [workerName(run)])
      const running = rows.reduce((sum, { share }) => sum + Math.min(1, share ?? 0), 0)
      emit({ type: 'phase.detail', phase, detail: rows.map(describe).join(', '), running })
      const waits = await db.sql.unsafe<Wait[]>(WAITS_SQL, [workerName(run)])
      emit({ type: 'phase.waits', phase, waits: [...waits] })
    }
  }
  // A failure to watch is none of the work: that fails by itself when the server is gone.
  const watcher = watch().catch(() => {})
  try {
    return await work()
  } finally {
    end.abort()
    await soon(watcher)
  }
}

/** A server that does not answer must not keep the work's own failure from being told. */
async function soon(watcher: Promise<void>): Promise<void> {
  const enough = new AbortController()
  const limit = delay(2 * EVERY_MS, undefined, { signal: enough.signal }).catch(() => {})
  await Promise.race([watcher, limit])
  enough.abort()
}

function describe({ what, phase, share, bytes }: Running): string {
  const percent = share === null ? '' : ` ${Math.floor(Math.min(1, share) * 100)} %`
  return `${what}: ${phase}${percent}${bytes === null ? '' : `, ${formatBytes(bytes)} of their chunks`}`
}
