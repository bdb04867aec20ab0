import { cancellingSessions, type Database, withSession } from '../../db/index.ts'
import { displayName, type Emit, silent } from '../../kernel/index.ts'
import type { SeedEvent } from '../events.ts'
import { workerName } from '../ledger.ts'
import type { LoadPlan } from '../plan.ts'
import { readTables } from '../preflight.ts'
import type { AnalysisQuery } from '../profile.ts'
import { type Finding, findOddRows } from './findings.ts'
import { type RunHistory, readHistory } from './history.ts'
import { type QueryResult, runQueries } from './queries.ts'
import { readRates, type TableRate } from './rates.ts'
import { readSizes, type TableSize } from './sizes.ts'

/** What there is to tell of a finished load beside its report. */
export interface Examination {
  readonly history: RunHistory
  readonly sizes: readonly TableSize[]
  /** Reports of older versions have none. */
  readonly rates?: readonly TableRate[]
  readonly findings: readonly Finding[]
  readonly queries: readonly QueryResult[]
}

export interface ExamineOptions {
  readonly run: number
  readonly plan: LoadPlan
  /** From the profile's file, never from the ledger: whoever writes to the database must not choose what runs here. */
  readonly queries: readonly AnalysisQuery[]
  readonly emit?: Emit<SeedEvent>
  /** What it stops is left out, and said to be. */
  readonly signal?: AbortSignal
}

export async function examine(
  db: Database,
  { run, plan, queries, emit = silent, signal = new AbortController().signal }: ExamineOptions,
): Promise<Examination> {
  const tables = await readTables(db.sql, plan)
  const began = performance.now()
  let done = 0
  const asking = (detail: string) => emit({ type: 'phase.progress', phase: 'report', done: done++, detail })
  const total = tables.length + queries.length
  emit({ type: 'phase.started', phase: 'report', total, unit: 'steps', done: 0 })
  const [history, sizes, rates] = [
    await readHistory(db.sql, run),
    await readSizes(db.sql, tables),
    await readRates(db.sql, { run, plan }),
  ]
  // By the run's name a signal finds the session.
  const applicationName = workerName(run)
  const asked = await cancellingSessions(db, { applicationName, signal }, () =>
    withSession({ target: db.target, applicationName }, async (session) => {
      const findings: Finding[] = []
      for (const table of tables) {
        asking(`orphans and duplicates of ${displayName(table.plan.table)}`)
        findings.push(...(await findOddRows(session, table, signal)))
      }
      return { findings, queries: await runQueries(session, queries, { asking, signal }) }
    }),
  )
  emit({ type: 'phase.finished', phase: 'report', seconds: (performance.now() - began) / 1000, rows: 0 })
  return { history, sizes, rates, ...asked }
}
