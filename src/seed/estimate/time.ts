import type { AnySql } from '../../db/index.ts'
import type { Phase } from '../events.ts'
import { type Filler, type LoadPlan, totalRows } from '../plan.ts'
import type { TableEstimate } from './table-estimate.ts'

export interface PhaseTime {
  readonly phase: Phase
  readonly seconds: number
}

export interface PredictedTime {
  readonly phases: readonly PhaseTime[]
  readonly seconds: number
  /** The finished load of the same profile on this server that it is taken from; without one it is a rule of thumb. */
  readonly fromRun: number | undefined
}

export interface TimeInput {
  readonly plan: LoadPlan
  readonly tables: readonly TableEstimate[]
  readonly jobs: number
  readonly filler: Filler
}

/** From what such a load took here before; else from rules of thumb, which may be wrong by a factor of two. */
export async function predictTime(sql: AnySql, input: TimeInput): Promise<PredictedTime> {
  const before = await earlierRun(sql, input)
  const phases = before === undefined ? byRule(input) : scaled(before, totalRows(input.plan))
  return {
    phases,
    seconds: phases.reduce((sum, { seconds }) => sum + seconds, 0),
    fromRun: before?.run,
  }
}

interface EarlierRun {
  readonly run: number
  readonly rows: number
  readonly phases: readonly { name: Phase; seconds: number }[]
}

/** Fewer rows, or far fewer than are planned, say more of connections than of rows. */
const ENOUGH_ROWS = 1_000_000

/** The last one of about as many rows, if there is one. Rows that are added to others take another time. */
async function earlierRun(sql: AnySql, { plan, jobs, filler }: TimeInput): Promise<EarlierRun | undefined> {
  const [there] = await sql.unsafe<{ there: boolean }[]>(
    "select coalesce(has_table_privilege(to_regclass('gigarow.seed_run'), 'select'), false) as there",
  )
  if (!there!.there) return undefined
  const names = plan.tables.map(({ table }) => table.name)
  const rows = totalRows(plan)
  const [run] = await sql.unsafe<{ id: string; rows: string; phases: EarlierRun['phases'] }[]>(
    `select r.id::text, t.rows::text, r.phases from gigarow.seed_run r,
            lateral (select sum((e->>'rows')::numeric)::int8 as rows, array_agg(e->'table'->>'name') as names
                       from jsonb_array_elements(r.plan->'tables') e) t
      where r.state = 'done' and r.profile = $1 and t.names = $2::text[] and t.rows >= $3
        and (r.plan ? 'append') = $4
      order by r.filler = $5 desc, r.jobs = $6 desc, abs(ln(t.rows::float8 / $7)) < 1 desc, r.id desc limit 1`,
    [
      plan.profile,
      names,
      Math.min(ENOUGH_ROWS, Math.ceil(rows / 10)),
      plan.append === true,
      filler,
      jobs,
      rows,
    ],
  )
  return run === undefined ? undefined : { run: Number(run.id), rows: Number(run.rows), phases: run.phases }
}

function scaled(before: EarlierRun, rows: number): PhaseTime[] {
  const factor = rows / before.rows
  return before.phases.map(({ name, seconds }) => {
    // Sorting takes longer the more there is to sort; to prepare does not depend on rows.
    const more = name === 'indexes' ? Math.log2(rows) / Math.log2(before.rows) : 1
    return { phase: name, seconds: name === 'prepare' ? seconds : seconds * factor * Math.max(1, more) }
  })
}

/** Nanoseconds of one session, measured on two cores of 2.8 GHz (docs/benchmarks.md). */
const NS = {
  row: 350,
  column: 60,
  byte: 4,
  sqlFiller: 2.2,
  sortedKey: 22,
  ginKey: 1500,
  vacuumByte: 1,
  verifyColumn: 450,
}

function byRule({ tables, jobs, filler }: TimeInput): PhaseTime[] {
  const total = (of: (table: TableEstimate) => number) =>
    tables.reduce((sum, table) => sum + of(table), 0) / 1e9 / jobs
  const load = total((t) => t.rows * (NS.row + NS.column * t.columns + NS.byte * t.rowBytes))
  return [
    { phase: 'prepare', seconds: 0.3 },
    { phase: 'load', seconds: load * (filler === 'sql' ? NS.sqlFiller : 1) },
    { phase: 'indexes', seconds: total((t) => t.indexes.reduce((sum, index) => sum + indexNs(index), 0)) },
    { phase: 'vacuum', seconds: total((t) => t.heapBytes * NS.vacuumByte) + 0.1 },
    { phase: 'verify', seconds: total((t) => t.rows * t.columns * NS.verifyColumn) + 0.1 },
  ]
}

export function indexNs({ method, keys, leaves }: TableEstimate['indexes'][number]): number {
  return keys * (method === 'gin' ? NS.ginKey : NS.sortedKey * Math.log2(2 + keys / Math.max(1, leaves)))
}
