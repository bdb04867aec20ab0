import type { AnySql } from '../../db/index.ts'

/** What the ledger keeps of how a load went. */
export interface RunHistory {
  readonly startedAt: string
  /** Seconds of loading, pauses between attempts left out, and rows a second at that time. */
  readonly throughput: readonly (readonly [seconds: number, rowsPerSecond: number])[]
  readonly builds: readonly { readonly table: string; readonly name: string; readonly seconds: number }[]
}

/** Points of a curve. */
const POINTS = 150
/** A pause that is longer and that no chunk fills was none of the load's. */
const PAUSE_S = 60

interface Done {
  readonly at: number
  readonly rows: number
  readonly seconds: number
}

export async function readHistory(sql: AnySql, run: number): Promise<RunHistory> {
  const [head] = await sql.unsafe<{ started: string; span: number }[]>(
    `select to_char(started_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as started,
            coalesce((select extract(epoch from max(done_at) - min(done_at)) from gigarow.seed_chunk where run_id = $1), 0)::float8 as span
       from gigarow.seed_run where id = $1`,
    [run],
  )
  const done = await sql.unsafe<Done[]>(
    `select max(extract(epoch from done_at))::float8 as at, sum(rows)::float8 as rows, avg(seconds)::float8 as seconds
       from gigarow.seed_chunk where run_id = $1 and done_at is not null
      group by floor(extract(epoch from done_at) / $2::float8) order by 1`,
    [run, Math.max(0.05, head!.span / (POINTS * 2))],
  )
  const builds = await sql.unsafe<{ table: string; name: string; seconds: number }[]>(
    `select table_name as "table", name, seconds::float8 as seconds from gigarow.seed_dropped
      where run_id = $1 and stage = 0 and seconds is not null order by seconds desc`,
    [run],
  )
  return { startedAt: head!.started, throughput: curve(done), builds: [...builds] }
}

/** Rows of a chunk are spread over the time that it took. Pure: what the ledger says in, points out. */
export function curve(done: readonly Done[]): readonly (readonly [number, number])[] {
  const steps = withoutPauses(done)
  const end = steps.at(-1)?.at ?? 0
  if (end <= 0) return []
  const width = end / Math.min(POINTS, Math.max(4, steps.length))
  const sums = new Array<number>(Math.ceil(end / width - 1e-9)).fill(0)
  for (const { at, rows, seconds } of steps) {
    const from = Math.max(0, at - seconds)
    for (let k = Math.floor(from / width); k < sums.length && k * width < at; k++) {
      const part = Math.min(at, (k + 1) * width) - Math.max(from, k * width)
      sums[k] = sums[k]! + (rows * part) / Math.max(1e-9, at - from)
    }
  }
  return sums.map((rows, k) => [(k + 0.5) * width, rows / width] as const)
}

function withoutPauses(done: readonly Done[]): Done[] {
  let shift = (done[0]?.at ?? 0) - (done[0]?.seconds ?? 0)
  let last = done[0]?.at ?? 0
  return done.map(({ at, rows, seconds }) => {
    const gap = at - seconds - last
    if (gap > PAUSE_S) shift += gap
    last = at
    return { at: at - shift, rows, seconds }
  })
}
