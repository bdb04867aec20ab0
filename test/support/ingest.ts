import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Database, type Target, withDatabase } from '../../src/db/index.ts'
import {
  type ImportEvent,
  type ImportPlan,
  type ImportReport,
  type ImportRequest,
  importFiles,
  planImport,
  type Rejects,
  resumeImport,
  stoppedImport,
} from '../../src/ingest/index.ts'

export interface TestImport extends Partial<Omit<ImportRequest, 'table'>> {
  readonly into: string
  readonly abandon?: boolean
  readonly again?: boolean
  readonly signal?: AbortSignal
  readonly emit?: (event: ImportEvent) => void
  readonly onPlan?: (plan: ImportPlan) => void
}

const connected = <T>(target: Target, use: (db: Database) => Promise<T>) =>
  withDatabase(target, { doing: 'importing', max: 3 }, use)

/** planImport() and importFiles(), with two sessions and small chunks unless told otherwise. */
export function importInto(
  target: Target,
  { into, abandon = false, again = false, signal, emit = () => {}, onPlan, ...request }: TestImport,
): Promise<ImportReport> {
  return connected(target, async (db) => {
    const planned = await planImport(db, {
      paths: [],
      table: { schema: 'public', name: into },
      delimiter: ',',
      nullText: '',
      duplicates: 'error',
      maxRejects: 0,
      chunkBytes: 16 * 1024,
      jobs: 2,
      ...request,
    })
    onPlan?.(planned.plan)
    const { jobs = 2 } = request
    return importFiles(db, planned, {
      jobs,
      abandon,
      again,
      emit,
      signal: signal ?? new AbortController().signal,
    })
  })
}

export function resumeInto(
  target: Target,
  into: string,
  {
    jobs = 2,
    emit = () => {},
    rejects,
  }: { jobs?: number; emit?: (event: ImportEvent) => void; rejects?: Rejects } = {},
): Promise<ImportReport> {
  return connected(target, async (db) =>
    resumeImport(db, await stoppedImport(db, { schema: 'public', name: into }), {
      jobs,
      abandon: false,
      again: false,
      rejects,
      emit,
      signal: new AbortController().signal,
    }),
  )
}

/** Lines made of 1, 2, … `count`, each with its end. */
export function lines(count: number, line: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => `${line(i + 1)}\n`).join('')
}

/** Writes a file and returns its path. */
export function fileIn(folder: string, name: string, text: string | Buffer): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}
