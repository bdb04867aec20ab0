import { setTimeout as delay } from 'node:timers/promises'
import type { Database } from '../db/index.ts'
import type { Emit } from '../kernel/index.ts'
import type { Phase, SeedEvent } from './events.ts'

const EVERY_MS = 1000

/**
 * What the server says of index builds and vacuums that run now, one line each: "index: loading tuples in tree 45 %".
 * Before the first table is vacuumed nothing has its size: then there is no percentage.
 */
const RUNNING_SQL = `
  select 'index' as what, regexp_replace(phase, '^building index: ', '') as phase,
         case when tuples_total > 0 then tuples_done::float8 / tuples_total
              when blocks_total > 0 then blocks_done::float8 / blocks_total end as share
    from pg_stat_progress_create_index where datname = current_database()
  union all
  select 'vacuum', phase, case when heap_blks_total > 0 then heap_blks_scanned::float8 / heap_blks_total end
    from pg_stat_progress_vacuum where datname = current_database()
  union all
  select 'analyze', phase, case when sample_blks_total > 0 then sample_blks_scanned::float8 / sample_blks_total end
    from pg_stat_progress_analyze where datname = current_database()`

interface Running {
  readonly what: string
  readonly phase: string
  readonly share: number | null
}

/** Runs `work`, and once a second tells how far the server has come with it: its statements are few and long. */
export async function watching<T>(
  db: Database,
  { phase, emit }: { phase: Phase; emit: Emit<SeedEvent> },
  work: () => Promise<T>,
): Promise<T> {
  const end = new AbortController()
  const watch = async () => {
    while (!end.signal.aborted) {
      await delay(EVERY_MS, undefined, { signal: end.signal })
      const rows = await db.sql.unsafe<Running[]>(RUNNING_SQL)
      emit({ type: 'phase.detail', phase, detail: rows.map(describe).join(', ') })
    }
  }
  // A failure to watch is none of the work: that fails by itself when the server is gone.
  const watcher = watch().catch(() => {})
  try {
    return await work()
  } finally {
    end.abort()
    await watcher
  }
}

function describe({ what, phase, share }: Running): string {
  return `${what}: ${phase}${share === null ? '' : ` ${Math.floor(Math.min(1, share) * 100)} %`}`
}
