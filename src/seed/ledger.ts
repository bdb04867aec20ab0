import type { AnySql, ReservedSql, Sql } from '../db/index.ts'
import { GigarowError } from '../kernel/index.ts'
import type { Phase } from './events.ts'
import { chunkCount, type Filler, type LeafUnit, type LoadPlan, tableKey } from './plan.ts'

export type RunState = 'loading' | 'finishing' | 'verifying' | 'done' | 'abandoned'

export interface PhaseRecord {
  readonly name: Phase
  readonly seconds: number
  readonly rows: number
}

export interface Run {
  readonly id: number
  readonly plan: LoadPlan
  readonly filler: Filler
  readonly state: RunState
  readonly phases: readonly PhaseRecord[]
}

interface RunRow {
  id: string
  plan: LoadPlan
  filler: Filler
  state: RunState
  phases: PhaseRecord[]
}

const RUN_COLUMNS = 'id::text, plan, filler, state, phases'

function toRun(row: RunRow): Run {
  return {
    id: Number(row.id),
    plan: row.plan,
    filler: row.filler,
    state: row.state,
    phases: row.phases,
  }
}

/** False where gigarow never loaded anything, or where the role may not look. */
export async function hasLedger(sql: AnySql): Promise<boolean> {
  const [row] = await sql.unsafe<{ there: boolean }[]>(
    "select coalesce(has_table_privilege(to_regclass('gigarow.seed_run'), 'select'), false) as there",
  )
  return row!.there
}

/** Runs that began and neither ended nor were given up, newest first. */
export async function openRuns(sql: AnySql): Promise<Run[]> {
  const rows = await sql.unsafe<RunRow[]>(
    `select ${RUN_COLUMNS} from gigarow.seed_run where state not in ('done', 'abandoned') order by seed_run.id desc`,
  )
  return rows.map(toRun)
}

export async function readRun(sql: AnySql, id: number): Promise<Run> {
  const [row] = await sql.unsafe<RunRow[]>(
    `select ${RUN_COLUMNS} from gigarow.seed_run where seed_run.id = $1`,
    [id],
  )
  if (!row) throw new GigarowError('INTERNAL', `Run ${id} is not in the ledger.`, { facts: { run: id } })
  return toRun(row)
}

/** The finished load that filled the table last; later ones that were given up have emptied it. */
export async function lastLoadOf(sql: AnySql, table: string): Promise<Run | undefined> {
  const rows = await sql.unsafe<RunRow[]>(
    `select ${RUN_COLUMNS} from gigarow.seed_run r
      where state = 'done' and exists (select from gigarow.seed_chunk c where c.run_id = r.id and c.table_name = $1)
      order by r.id desc limit 1`,
    [table],
  )
  return rows.map(toRun)[0]
}

/** One row for the run and one for each chunk; inside the transaction that prepares the tables. */
export async function insertRun(
  session: ReservedSql,
  plan: LoadPlan,
  { filler, jobs }: { filler: Filler; jobs: number },
): Promise<number> {
  const [row] = await session<{ id: string }[]>`
    insert into gigarow.seed_run (profile, seed, plan, filler, jobs)
    values (${plan.profile}, ${plan.seed}, ${session.json(plan as never)}, ${filler}, ${jobs}) returning id::text`
  const id = Number(row!.id)
  for (const table of plan.tables) {
    if (table.units !== undefined) {
      await insertUnits(session, { run: id, table: tableKey(table), units: table.units })
      continue
    }
    const offset = table.offset ?? 0
    await session`
      insert into gigarow.seed_chunk (run_id, table_name, chunk, lo, hi)
      select ${id}, ${tableKey(table)}, k, ${offset}::int8 + k * ${table.chunkRows}::int8 + 1,
             ${offset}::int8 + least(${table.rows}::int8, (k + 1) * ${table.chunkRows}::int8)
        from generate_series(0::int8, ${chunkCount(table)}::int8 - 1) as k`
  }
  return id
}

async function insertUnits(
  session: ReservedSql,
  { run, table, units }: { run: number; table: string; units: readonly LeafUnit[] },
): Promise<void> {
  const lows = units.map(({ lo }) => String(lo))
  const highs = units.map(({ hi }) => String(hi))
  await session`
    insert into gigarow.seed_chunk (run_id, table_name, chunk, lo, hi)
    select ${run}, ${table}, n - 1, lo::int8, hi::int8
      from unnest(${lows}::text[], ${highs}::text[]) with ordinality as u (lo, hi, n)`
}

export async function setState(sql: AnySql, run: number, state: RunState): Promise<void> {
  await sql.unsafe(
    `update gigarow.seed_run set state = $2, finished_at = case when $2 in ('done', 'abandoned') then now() end where id = $1`,
    [run, state],
  )
}

export interface WorkingRun {
  readonly id: number
  readonly profile: string
  /** When it was started first. */
  readonly since: string
}

/** The run whose sessions are connected now; undefined before a load's first chunk. */
export async function workingRun(sql: AnySql): Promise<WorkingRun | undefined> {
  const [row] = await sql.unsafe<{ id: string; profile: string; since: string }[]>(
    `select r.id::text, r.profile, r.started_at::text as since
       from gigarow.seed_run r join pg_stat_activity a on a.application_name = 'gigarow seed ' || r.id
      where a.datname = current_database() order by r.id desc limit 1`,
  )
  return row === undefined ? undefined : { ...row, id: Number(row.id) }
}

/** Adds a phase's seconds and rows to what earlier attempts of the run spent on it. */
export async function recordPhase(sql: AnySql, run: Run, phase: PhaseRecord): Promise<Run> {
  const before = run.phases.find((p) => p.name === phase.name)
  const merged = { ...phase, seconds: phase.seconds + (before?.seconds ?? 0) }
  const phases = [...run.phases.filter((p) => p.name !== phase.name), merged]
  await sql.unsafe('update gigarow.seed_run set phases = $2::text::jsonb where id = $1', [
    run.id,
    JSON.stringify(phases),
  ])
  return { ...run, phases }
}

export async function loadedRows(sql: AnySql, run: number): Promise<number> {
  const [row] = await sql.unsafe<{ rows: string }[]>(
    'select coalesce(sum(rows), 0)::text as rows from gigarow.seed_chunk where run_id = $1 and done_at is not null',
    [run],
  )
  return Number(row!.rows)
}

/**
 * Claim and completion of a chunk, for any driver: the row lock is the claim, so a session that dies gives the chunk
 * back, and done_at commits together with the chunk's rows or not at all.
 * Parameters: $1 run, $2 table_name; then $3 chunk, $4 rows, $5 seconds.
 */
export const CLAIM_SQL = `
  select chunk, lo::text, hi::text from gigarow.seed_chunk
   where run_id = $1 and table_name = $2 and done_at is null
   order by chunk limit 1 for update skip locked`

export const COMPLETE_SQL = `
  update gigarow.seed_chunk set done_at = clock_timestamp(), rows = $4::int8, seconds = $5::real
   where run_id = $1 and table_name = $2 and chunk = $3 and done_at is null`

/**
 * A chunk is committed without waiting for the disk: what a crash of the server takes back it takes back whole, rows and
 * ledger row. The run's next state is written synchronously, and flushes all of them.
 */
export const CHUNK_SETTINGS_SQL = 'set synchronous_commit = off; set jit = off'

/** Seen in pg_stat_activity, and how --resume finds sessions that outlived their client, and a signal those to cancel. */
export function workerName(run: number): string {
  return `gigarow seed ${run}`
}

/**
 * A crash of the server empties unlogged tables and leaves the ledger: their chunks are to be loaded again. Returns how
 * many rows that are.
 */
export async function forgetChunks(
  sql: Sql,
  { run, table, chunks }: { run: number; table: string; chunks: readonly number[] | 'all' },
): Promise<number> {
  return sql.begin(async (tx) => {
    const which = chunks === 'all' ? tx`true` : tx`chunk = any (${chunks.map(String)}::text[]::int[])`
    const rows = await tx<{ rows: string }[]>`
      with gone as (select chunk, rows from gigarow.seed_chunk where run_id = ${run} and table_name = ${table} and done_at is not null and ${which}),
           open as (update gigarow.seed_chunk c set done_at = null, rows = null, seconds = null from gone
                     where c.run_id = ${run} and c.table_name = ${table} and c.chunk = gone.chunk)
      select coalesce(sum(rows), 0)::text as rows from gone`
    const count = Number(rows[0]!.rows)
    if (count > 0) await setState(tx, run, 'loading')
    return count
  })
}
