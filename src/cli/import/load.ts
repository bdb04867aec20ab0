import type { Database } from '../../db/index.ts'
import type { ImportReport, ImportRun, PlannedImport, Rejects } from '../../ingest/index.ts'
import { displayName, type QualifiedName } from '../../kernel/index.ts'
import type { CommandContext } from '../command.ts'
import { type Begun, refuseUntrusted } from '../tuning/trust.ts'
import { ImportProgress } from './progress.ts'

export interface LoadOptions {
  /** Undefined: a stopped import is gone on with. */
  readonly planned: PlannedImport | undefined
  /** With --resume: which one. */
  readonly into: QualifiedName | undefined
  readonly jobs: number
  readonly jobsGiven: boolean
  readonly abandon: boolean
  readonly again: boolean
  /** With --resume: others than its plan has. */
  readonly rejects: Rejects | undefined
}

export interface Imported {
  readonly report: ImportReport
  /** Of this process. */
  readonly peakRssBytes: number
}

export async function load(
  context: CommandContext,
  db: Database,
  { planned, into, jobs, jobsGiven, abandon, again, rejects }: LoadOptions,
): Promise<Imported> {
  const { importFiles, resumeImport, stoppedImport } = await import('../../ingest/index.ts')
  const run = planned === undefined ? await stoppedImport(db, into) : undefined
  if (run !== undefined) await refuseUntrusted(context, db, begun(run))
  const progress = new ImportProgress(context.out)
  const options = { abandon, again, emit: progress.listen, signal: context.signal }
  try {
    const report =
      planned === undefined
        ? await resumeImport(db, run!, { ...options, rejects, jobs: jobsGiven ? jobs : jobsOf(run!, jobs) })
        : await importFiles(db, planned, { ...options, jobs })
    return { report, peakRssBytes: process.resourceUsage().maxRSS * 1024 }
  } finally {
    progress.stop()
  }
}

function begun({ id, plan }: ImportRun): Begun {
  const table = displayName(plan.table)
  const what = `Import ${id} into ${table}`
  const anew = 'empty the table and import all files with --abandon'
  return { ledger: 'import_run', id, what, facts: { table }, anew }
}

/** As for a new one: with update, later rows win over earlier ones. */
function jobsOf({ plan }: ImportRun, jobs: number): number {
  return plan.duplicates === 'update' ? 1 : jobs
}
