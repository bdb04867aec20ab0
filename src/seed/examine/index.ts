import type { Database } from '../../db/index.ts'
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
}

export async function examine(db: Database, { run, plan, queries }: ExamineOptions): Promise<Examination> {
  const tables = await readTables(db.sql, plan)
  return {
    history: await readHistory(db.sql, run),
    sizes: await readSizes(db.sql, tables),
    rates: await readRates(db.sql, { run, plan }),
    findings: await findOddRows(db.sql, tables),
    queries: await runQueries(db, queries),
  }
}
