import type { Database } from '../../db/index.ts'
import { type Emit, formatRows } from '../../kernel/index.ts'
import type { LoadPlan, Profile, SeedEvent, SeedReport } from '../../seed/index.ts'
import type { CommandContext } from '../command.ts'
import { newReportId, type StoredReport, writeReport } from './files.ts'
import { RENDERERS } from './renderers.ts'
import type { PhaseWaits, SeedData } from './seed-data.ts'

export interface WriteSeedOptions {
  readonly report: SeedReport
  readonly plan: LoadPlan
  readonly queries: Profile['queries']
  readonly waits: readonly PhaseWaits[]
  readonly peakRssBytes: number
  readonly start: Pick<SeedData, 'calibration' | 'expected'>
  readonly emit: Emit<SeedEvent>
}

export interface WrittenReport {
  readonly data: SeedData
  readonly path: string
}

/** The load is done: when its report cannot be made, that is said, and nothing else. */
export async function writeSeedReport(
  context: CommandContext,
  db: Database,
  options: WriteSeedOptions,
): Promise<WrittenReport | undefined> {
  try {
    const { signal } = context
    const data = await seedData(db, { ...options, signal })
    const stored = seedReport(data)
    if (signal.aborted)
      context.out.note('The rest of the report was stopped; the load itself is done and verified.')
    const { stateDir } = await context.config()
    const { makeStateDir } = await import('../../cluster/index.ts')
    makeStateDir(stateDir)
    return { data, path: writeReport(stateDir, stored, RENDERERS.seed!.html(stored)) }
  } catch (error) {
    context.out.note(`No report was written: ${(error as Error).message}`)
    return undefined
  }
}

async function seedData(
  db: Database,
  {
    report,
    plan,
    queries = [],
    waits,
    peakRssBytes,
    start,
    emit,
    signal,
  }: WriteSeedOptions & { signal: AbortSignal },
): Promise<SeedData> {
  const { examine } = await import('../../seed/index.ts')
  const { host, port, database } = db.target
  return {
    report,
    examination: await examine(db, { run: report.run, plan, queries, emit, signal }),
    waits,
    server: `${host}:${port}/${database}`,
    serverVersion: `${Math.floor(db.version / 10_000)}.${db.version % 10_000}`,
    peakRssBytes,
    calibration: start.calibration,
    expected: start.expected,
  }
}

function seedReport(data: SeedData): StoredReport {
  const at = new Date()
  return {
    format: 1,
    kind: 'seed',
    id: newReportId(at, 'seed', data.report.profile),
    title: `Load of ${data.report.profile}: ${formatRows(data.report.rows)} rows`,
    at: at.toISOString(),
    data,
  }
}
