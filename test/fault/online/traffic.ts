import { setTimeout as delay } from 'node:timers/promises'
import { openPool, type Sql, type Target } from '../../../src/db/index.ts'
import { seededRandom } from '../../support/random.ts'
import { type Recipe, ROWS, rowOf } from './recipes.ts'

/** Those of the live rows begin behind all that were there. */
const FIRST_ID = 100_000_000
const PAUSE_MS = 1
const SAMPLE_MS = 10

export interface Traffic {
  /** Rows written. */
  readonly inserted: number
  readonly reads: number
  /** Milliseconds that the slowest statement took, by the clock of the client. */
  readonly slowest: number
  /** The longest wait for a lock, by the clock of the server. */
  readonly longestWait: number
  /** Milliseconds by which somebody who waited for nothing was late: what the machine itself kept all waiting. */
  readonly stalled: number
  readonly errors: readonly string[]
}

type Counts = { -readonly [K in keyof Traffic]: Traffic[K] }

/** Short statements of their own, one after the other, on two connections, as long as `use` runs. */
export async function withTraffic(
  { target, admin, recipe }: { readonly target: Target; readonly admin: Sql; readonly recipe: Recipe },
  use: () => Promise<void>,
): Promise<Traffic> {
  const counts: Counts = { inserted: 0, reads: 0, slowest: 0, longestWait: 0, stalled: 0, errors: [] }
  const done = new AbortController()
  const pools = ['writer', 'reader', 'bystander'].map((name) =>
    openPool(target, { max: 1, applicationName: name }),
  )
  const [writer, reader, bystander] = pools as [Sql, Sql, Sql]
  const pids = await Promise.all(pools.map(pidOf))
  const loops = [
    repeat(writer, counts, done.signal, () => rowOf(recipe.base, FIRST_ID + counts.inserted++)),
    repeat(reader, counts, done.signal, readsOf(recipe, counts)),
    sample({ admin, pids, counts }, done.signal),
    standBy(bystander, counts, done.signal),
  ]
  try {
    await use()
  } finally {
    done.abort()
    await Promise.all(loops)
    await Promise.all(pools.map((sql) => sql.end({ timeout: 5 })))
  }
  return counts
}

function readsOf({ base, read = `select * from ${base} where id = $1` }: Recipe, counts: Counts) {
  const random = seededRandom(7)
  return () => {
    counts.reads++
    return read.replace('$1', String(1 + Math.floor(random() * ROWS[base])))
  }
}

async function pidOf(sql: Sql): Promise<number> {
  const [row] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`
  return row!.pid
}

/** Without parameters: a prepared statement would be planned once only. */
async function repeat(sql: Sql, counts: Counts, signal: AbortSignal, next: () => string): Promise<void> {
  while (!signal.aborted) {
    const text = next()
    const begin = performance.now()
    try {
      await sql.unsafe(text)
    } catch (error) {
      counts.errors = [...counts.errors, `${(error as Error).message}: ${text}`]
      if (counts.errors.length > 5) return
    }
    counts.slowest = Math.max(counts.slowest, performance.now() - begin)
    await delay(PAUSE_MS)
  }
}

interface Sampled {
  readonly admin: Sql
  readonly pids: readonly number[]
  readonly counts: Counts
}

async function sample({ admin, pids, counts }: Sampled, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const [row] = await admin.unsafe<{ ms: number }[]>(
      `select coalesce(max(extract(epoch from clock_timestamp() - waitstart)) * 1000, 0)::float8 as ms
         from pg_locks where not granted and pid in (${pids.join()})`,
    )
    counts.longestWait = Math.max(counts.longestWait, row!.ms)
    await delay(SAMPLE_MS)
  }
}

async function standBy(sql: Sql, counts: Counts, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const begin = performance.now()
    await sql.unsafe(`select pg_sleep(${SAMPLE_MS / 1000})`)
    counts.stalled = Math.max(counts.stalled, performance.now() - begin - SAMPLE_MS)
    await delay(SAMPLE_MS)
  }
}
