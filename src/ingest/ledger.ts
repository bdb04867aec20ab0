import type { AnySql, ReservedSql } from '../db/index.ts'
import { qualified } from '../kernel/index.ts'
import type { ChunkRange, Counts, ImportPlan } from './plan.ts'

export type RunState = 'loading' | 'done' | 'abandoned'

export interface ImportRun {
  readonly id: number
  readonly plan: ImportPlan
  readonly state: RunState
  readonly startedAt: string
}

interface RunRow {
  id: string
  plan: ImportPlan
  state: RunState
  started_at: string
}

/** 2026-11-21 23:27 UTC */
const minute = (column: string) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"')`

const RUN_COLUMNS = `id::text, plan, state, ${minute('started_at')} as started_at`

const toRun = ({ id, plan, state, started_at }: RunRow): ImportRun => ({
  id: Number(id),
  plan,
  state,
  startedAt: started_at,
})

/** Imports that began and neither ended nor were given up, newest first; of a table or of all. */
export async function openImports(sql: AnySql, table?: string): Promise<readonly ImportRun[]> {
  const rows = await sql.unsafe<RunRow[]>(
    `select ${RUN_COLUMNS} from gigarow.import_run
      where state = 'loading' and ($1::text is null or table_name = $1) order by import_run.id desc`,
    [table ?? null],
  )
  return rows.map(toRun)
}

export async function readImport(sql: AnySql, id: number): Promise<ImportRun> {
  const [row] = await sql.unsafe<RunRow[]>(
    `select ${RUN_COLUMNS} from gigarow.import_run where import_run.id = $1`,
    [id],
  )
  return toRun(row!)
}

/** The newest import into a table that has taken all of a file of this content, whatever became of its other files. */
export async function importedBefore(
  sql: AnySql,
  table: string,
  digest: string,
): Promise<{ readonly id: number; readonly finished: string } | undefined> {
  const [row] = await sql.unsafe<{ id: string; finished: string }[]>(
    `select r.id::text, ${minute('c.finished')} as finished
       from gigarow.import_run r cross join lateral jsonb_array_elements(r.plan -> 'files') with ordinality as f (file, place)
      cross join lateral (
        select max(done_at) as finished, bool_and(done_at is not null) as whole
          from gigarow.import_chunk where run_id = r.id and import_chunk.file = f.place - 1) c
      where r.table_name = $1 and f.file ->> 'digest' = $2 and c.whole
      order by r.id desc limit 1`,
    [table, digest],
  )
  return row && { ...row, id: Number(row.id) }
}

/** The run with its chunks; in a transaction. */
export async function insertImport(
  session: ReservedSql,
  plan: ImportPlan,
  chunks: readonly ChunkRange[],
): Promise<ImportRun> {
  const [row] = await session<{ id: string }[]>`
    insert into gigarow.import_run (table_name, plan) values (${qualified(plan.table)}, ${session.json(plan as never)})
    returning id::text`
  const run = await readImport(session, Number(row!.id))
  const column = (of: (chunk: ChunkRange) => number) => chunks.map((chunk) => String(of(chunk)))
  await session`
    insert into gigarow.import_chunk (run_id, chunk, file, lo, hi)
    select ${run.id}, chunk::int, file::int, lo::int8, hi::int8
      from unnest(${column((c) => c.chunk)}::text[], ${column((c) => c.file)}::text[], ${column((c) => c.lo)}::text[], ${column((c) => c.hi)}::text[])
        as u (chunk, file, lo, hi)`
  if (plan.unlogged) await session`insert into gigarow.import_witness (run_id) values (${run.id})`
  return run
}

/** The rest of its plan stays as it is. */
export async function amendPlan(sql: AnySql, run: ImportRun, part: Partial<ImportPlan>): Promise<ImportRun> {
  await sql.unsafe('update gigarow.import_run set plan = plan || $2::text::jsonb where id = $1', [
    run.id,
    JSON.stringify(part),
  ])
  return { ...run, plan: { ...run.plan, ...part } }
}

export async function setImportState(sql: AnySql, run: number, state: RunState): Promise<void> {
  await sql.unsafe(
    `update gigarow.import_run set state = $2, finished_at = case when $2 = 'loading' then null else now() end where id = $1`,
    [run, state],
  )
}

/** Whether the server has not crashed since an import into an unlogged table began: a crash empties both. */
export async function hasWitness(sql: AnySql, run: number): Promise<boolean> {
  return (await sql.unsafe('select from gigarow.import_witness where run_id = $1', [run])).length > 0
}

/** The rows of an import are gone: all chunks are to be loaded again. Returns how many rows that are. */
export async function forgetLost(session: ReservedSql, run: number): Promise<number> {
  const [lost] = await session<{ rows: string }[]>`
    select coalesce(sum(inserted), 0)::text as rows from gigarow.import_chunk where run_id = ${run} and done_at is not null`
  await session`delete from gigarow.import_reject where run_id = ${run}`
  await session`
    update gigarow.import_chunk
       set done_at = null, read = null, filtered = null, inserted = null, updated = null, skipped = null, rejected = null, seconds = null
     where run_id = ${run}`
  await session`insert into gigarow.import_witness (run_id) values (${run})`
  return Number(lost!.rows)
}

export interface Totals extends Counts {
  readonly chunks: number
  readonly done: number
  /** Of the files, of finished chunks. */
  readonly bytes: number
}

export async function totals(sql: AnySql, run: number): Promise<Totals> {
  const [row] = await sql.unsafe<Record<keyof Totals, string>[]>(
    `select count(*)::text as chunks, count(done_at)::text as done,
            coalesce(sum(hi - lo) filter (where done_at is not null), 0)::text as bytes,
            coalesce(sum(read), 0)::text as read, coalesce(sum(filtered), 0)::text as filtered, coalesce(sum(inserted), 0)::text as inserted,
            coalesce(sum(updated), 0)::text as updated, coalesce(sum(skipped), 0)::text as skipped, coalesce(sum(rejected), 0)::text as rejected
       from gigarow.import_chunk where run_id = $1`,
    [run],
  )
  const number = (name: keyof Totals) => Number(row![name])
  return {
    chunks: number('chunks'),
    done: number('done'),
    bytes: number('bytes'),
    read: number('read'),
    filtered: number('filtered'),
    inserted: number('inserted'),
    updated: number('updated'),
    skipped: number('skipped'),
    rejected: number('rejected'),
  }
}

export interface Reject {
  readonly line: number
  readonly column: string | undefined
  readonly reason: string
}

/** In the order of the files. */
export async function readRejects(
  sql: AnySql,
  { id, plan }: ImportRun,
): Promise<readonly (Reject & { readonly file: string })[]> {
  const rows = await sql.unsafe<{ file: number; line: string; column: string | null; reason: string }[]>(
    `select file, line::text, column_name as column, reason from gigarow.import_reject r join gigarow.import_chunk using (run_id, chunk)
      where run_id = $1 order by file, r.line`,
    [id],
  )
  return rows.map(({ file, line, column, reason }) => ({
    file: plan.files[file]!.path,
    line: Number(line),
    column: column ?? undefined,
    reason,
  }))
}

/** Seen in pg_stat_activity, and how --resume finds sessions that outlived their client, and a signal those to cancel. */
export function sessionName(run: number): string {
  return `gigarow import ${run}`
}

/**
 * Claim and completion of a chunk: the row lock is the claim, so a session that dies gives the chunk back, and done_at commits together with
 * the chunk's rows or not at all. $1 run; a chunk that is done again is asked for by its number, $2.
 */
export const CLAIM_SQL = `
  select chunk, file, lo::text, hi::text from gigarow.import_chunk
   where run_id = $1 and done_at is null and ($2::int is null or chunk = $2)
   order by chunk limit 1 for update skip locked`

export const COMPLETE_SQL = `
  update gigarow.import_chunk
     set done_at = clock_timestamp(), seconds = $3::real, read = $4::int8, filtered = $5::int8, inserted = $6::int8,
         updated = $7::int8, skipped = $8::int8, rejected = $9::int8
   where run_id = $1 and chunk = $2 and done_at is null`

export const REJECT_SQL = `
  insert into gigarow.import_reject (run_id, chunk, line, column_name, reason) values ($1, $2, $3::int8, $4, $5)`

/**
 * A chunk is committed without waiting for the disk: what a crash of the server takes back it takes back whole, rows and ledger row. The
 * run's last state is written synchronously, and flushes all of them.
 */
export const SESSION_SQL = 'set synchronous_commit = off; set jit = off'
