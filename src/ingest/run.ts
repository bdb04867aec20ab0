import { stat } from 'node:fs/promises'
import { readLiveTable } from '../catalog/index.ts'
import { type CopySession, openCopySession } from '../copy/index.ts'
import {
  cancellingSessions,
  type Database,
  endSessions,
  explainDbError,
  inTransaction,
  withWayOut,
} from '../db/index.ts'
import { displayName, formatCount, GigarowError, type QualifiedName, qualified } from '../kernel/index.ts'
import { ensureStore } from '../store/index.ts'
import { splitFile } from './csv/split.ts'
import { misfit, resumeHint } from './errors.ts'
import { exclusively } from './exclusively.ts'
import { identify } from './files.ts'
import { findAgain, lookAt } from './find-again.ts'
import { checkTable } from './fit.ts'
import {
  amendPlan,
  type ImportRun,
  importedBefore,
  insertImport,
  openImports,
  readImport,
  SESSION_SQL,
  sessionName,
  setImportState,
  type Totals,
  totals,
} from './ledger.ts'
import { LineNumbers } from './lines.ts'
import { fileChanged, loadChunks } from './load-chunk.ts'
import type { ImportOptions, ImportReport } from './options.ts'
import type { ChunkRange, ImportPlan, Rejects } from './plan.ts'
import type { PlannedImport } from './plan-import.ts'
import { RejectLimit } from './refused.ts'
import { checkRejects, checkStoppedRejects, startRejects, writeRejects } from './rejects.ts'
import { refuseStripped } from './stripped.ts'
import { verifyCount } from './verify.ts'

/** Refuses what cannot be begun, before anything is changed. */
export async function checkImport(
  db: Database,
  { plan, table: oid }: PlannedImport,
  { abandon, again }: Pick<ImportOptions, 'abandon' | 'again'>,
): Promise<void> {
  await ensureStore(db)
  await refuseStripped(db, { table: plan.table, oid })
  await checkRejects(plan)
  const table = qualified(plan.table)
  for (const stopped of abandon ? [] : await openImports(db.sql, table)) {
    const { done, chunks, inserted } = await totals(db.sql, stopped.id)
    // One that has left nothing is in nobody's way.
    if (done > 0) throw unfinished(stopped, { done, chunks, inserted })
  }
  // With a key the rows that are there are found again, and in an empty table there are none.
  if (again || plan.wasEmpty || plan.duplicates !== 'error') return
  for (const { path, digest } of plan.files) {
    const before = await importedBefore(db.sql, table, digest)
    if (before === undefined) continue
    const { id, finished } = before
    throw new GigarowError(
      'IMPORT_DONE_BEFORE',
      `${path} was imported into ${displayName(plan.table)} before: import ${id}, finished ${finished}.`,
      {
        facts: { file: path, run: id, finished },
        hint: 'Leave it out. Or to import it once more: --again; to leave out rows whose key is there: --on-duplicate skip.',
      },
    )
  }
}

function unfinished(
  { id, plan, startedAt }: ImportRun,
  { done, chunks, inserted }: Pick<Totals, 'done' | 'chunks' | 'inserted'>,
): GigarowError {
  const table = displayName(plan.table)
  return new GigarowError(
    'IMPORT_UNFINISHED',
    `Import ${id} into ${table}, of ${startedAt}, stopped with ${done} of ${chunks} parts done (${formatCount(inserted)} rows).`,
    {
      facts: { run: id, table, done, chunks, rows: inserted },
      hint: `${resumeHint(plan)}. To begin this one instead and keep the rows that are there: --abandon.`,
    },
  )
}

/** Imports the files of a plan. Whatever ends it early (a signal, a crash on either side), resumeImport() goes on from the ledger. */
export async function importFiles(
  db: Database,
  planned: PlannedImport,
  options: ImportOptions,
): Promise<ImportReport> {
  const { table } = planned
  await ensureStore(db)
  return exclusively(db, { table, plan: planned.plan }, options, async () => {
    // Another import may have worked on the table since it was planned.
    const plan = { ...planned.plan, ...(await lookAt(db.sql, planned.plan.table)) }
    if (plan.oid !== table) throw misfit(`Table ${displayName(plan.table)} was made anew just now.`)
    await checkImport(db, { ...planned, plan }, options)
    const chunks = await splitFiles(plan, options)
    await startRejects(plan)
    const run = await db.withSession((session) =>
      inTransaction(session, async () => {
        for (const stopped of await openImports(session, qualified(plan.table))) {
          await endSessions(session, sessionName(stopped.id))
          await setImportState(session, stopped.id, 'abandoned')
        }
        return insertImport(session, plan, chunks)
      }),
    )
    return carryOn(db, run, { ...options, resumed: false })
  })
}

/**
 * Goes on with a stopped import, with its own plan; only about refused rows one may think again. Throws IMPORT_FILE_CHANGED and
 * IMPORT_TABLE_CHANGED.
 */
export async function resumeImport(
  db: Database,
  { id, plan }: ImportRun,
  options: ImportOptions & { readonly rejects?: Rejects | undefined },
): Promise<ImportReport> {
  const live = checkTable(await readLiveTable(db.sql, plan.table), plan.table)
  return exclusively(db, { table: live.oid, plan }, options, async () => {
    const stopped = await stillStopped(db, id)
    await refuseStripped(db, { table: plan.table, oid: live.oid })
    await endSessions(db.sql, sessionName(id))
    await checkFiles(plan)
    const { rejects, emit } = options
    await (rejects === undefined ? checkStoppedRejects(stopped) : checkRejects({ ...plan, ...rejects }))
    const found = await findAgain(db, stopped, emit)
    const run = rejects === undefined ? found : await amendPlan(db.sql, found, rejects)
    if (rejects !== undefined) await startRejects(run.plan)
    emit({ type: 'notice', message: pathsOf(run.plan) })
    return carryOn(db, run, { ...options, resumed: true })
  })
}

/** They come from the database, and are those of this machine. */
function pathsOf({ files, rejects }: ImportPlan): string {
  const named = files.slice(0, 3).map(({ path }) => path)
  const more = files.length > named.length ? ` and ${files.length - named.length} more` : ''
  const noted = rejects === undefined ? '' : `; refused rows are noted in ${rejects}`
  return `The import goes on with ${named.join(', ')}${more}${noted}.`
}

/** Others may have ended it, or given it up, while we waited to work on its table. */
async function stillStopped(db: Database, id: number): Promise<ImportRun> {
  const run = await readImport(db.sql, id)
  if (run.state === 'loading') return run
  throw new GigarowError(
    'IMPORT_NOTHING_TO_RESUME',
    `Import ${id} into ${displayName(run.plan.table)} was ${run.state === 'done' ? 'finished' : 'given up'} meanwhile.`,
    { facts: { run: id, state: run.state } },
  )
}

/** The one import that has stopped, of a table where one is named. Throws IMPORT_NOTHING_TO_RESUME. */
export async function stoppedImport(db: Database, table?: QualifiedName): Promise<ImportRun> {
  await ensureStore(db)
  const runs = await openImports(db.sql, table && qualified(table))
  if (runs.length === 1) return runs[0]!
  const names = runs.map(({ id, plan }) => `${displayName(plan.table)} (import ${id})`)
  const of = table === undefined ? '' : ` into ${displayName(table)}`
  throw new GigarowError(
    'IMPORT_NOTHING_TO_RESUME',
    runs.length === 0
      ? `No import${of} is unfinished.`
      : `${runs.length} imports are unfinished: ${names.join(', ')}.`,
    {
      facts: { unfinished: names },
      hint:
        runs.length === 0
          ? 'Start one: gigarow import FILES --into TABLE.'
          : 'Name the table: gigarow import --resume --into TABLE.',
    },
  )
}

/** Those files that still have something to be imported could not be told apart: all have to be as they were. */
async function checkFiles(plan: ImportPlan): Promise<void> {
  for (const { path, bytes, modified, digest } of plan.files) {
    if ((await stat(path).catch(() => undefined)) === undefined)
      throw fileChanged(path, 'it is not there any more')
    const now = await identify(path)
    if (now.bytes !== bytes) throw fileChanged(path, `it had ${bytes} bytes and has ${now.bytes}`)
    if (now.digest !== digest) throw fileChanged(path, 'its head or its tail is another one')
    if (now.modified !== modified) throw fileChanged(path, 'it was written to since')
  }
}

/** A .gz file is one chunk: nobody can begin in its middle. */
async function splitFiles(
  { files, chunkBytes }: ImportPlan,
  { emit, signal }: Pick<ImportOptions, 'emit' | 'signal'>,
): Promise<readonly ChunkRange[]> {
  const large = files.filter((file) => isSplit(file, chunkBytes))
  if (large.length > 0)
    emit({ type: 'split.started', bytes: large.reduce((sum, file) => sum + file.bytes, 0) })
  const chunks: ChunkRange[] = []
  for (const [k, file] of files.entries()) {
    const lo = file.gzip ? 0 : file.start
    const onBytes = (bytes: number) => emit({ type: 'split.progress', bytes })
    const ranges = isSplit(file, chunkBytes)
      ? await splitFile(file.path, { lo, hi: file.bytes, chunkBytes, onBytes, signal })
      : [{ lo, hi: file.bytes }]
    for (const range of ranges) chunks.push({ ...range, chunk: chunks.length, file: k })
  }
  return chunks
}

function isSplit({ gzip, bytes, start }: ImportPlan['files'][number], chunkBytes: number): boolean {
  return !gzip && bytes - start > chunkBytes
}

async function carryOn(
  db: Database,
  run: ImportRun,
  options: ImportOptions & { readonly resumed: boolean },
): Promise<ImportReport> {
  const { plan } = run
  const { emit, jobs } = options
  const began = performance.now()
  const before = await totals(db.sql, run.id)
  emit({
    type: 'run.started',
    run: run.id,
    table: displayName(plan.table),
    files: plan.files.length,
    chunks: before.chunks,
    bytes: plan.files.reduce((sum, file) => sum + file.bytes, 0),
    doneBytes: before.bytes,
    doneRows: before.read,
    jobs,
    filter: plan.filter,
    resumed: options.resumed,
  })
  try {
    await loadAll(db, run, { ...options, rejected: before.rejected })
    const after = await totals(db.sql, run.id)
    checkAllDone(run, after)
    await setImportState(db.sql, run.id, 'done')
    const seconds = (performance.now() - began) / 1000
    const counted = plan.wasEmpty ? await verifyCount(db, run, { inserted: after.inserted, emit }) : null
    emit({ type: 'run.finished', run: run.id, seconds })
    return reportOf(run, { before, after, seconds, counted, jobs })
  } catch (error) {
    throw options.signal.aborted ? interrupted(run, error) : keepingRun(db, run, error)
  } finally {
    // Without a connection the next --resume writes it.
    await writeRejects(db.sql, run).catch((error: Error) =>
      emit({ type: 'notice', message: `The file of --rejects could not be written: ${error.message}` }),
    )
  }
}

function reportOf(
  { id, plan }: ImportRun,
  facts: { before: Totals; after: Totals; seconds: number; counted: number | null; jobs: number },
): ImportReport {
  const { before, after, seconds, counted, jobs } = facts
  const { read, filtered, inserted, updated, skipped, rejected } = after
  return {
    run: id,
    table: displayName(plan.table),
    files: plan.files.map(({ path }) => path),
    bytes: plan.files.reduce((sum, file) => sum + file.bytes, 0),
    jobs,
    ...{ read, filtered, inserted, updated, skipped, rejected },
    rejects: plan.rejects ?? null,
    filter: plan.filter === undefined ? null : { text: plan.filter.text, where: plan.filter.where },
    seconds,
    rowsPerSecond: Math.round((read - before.read) / Math.max(seconds, 0.001)),
    counted,
  }
}

/** One session a job; the first failure stops the others behind their chunk. */
async function loadAll(
  db: Database,
  run: ImportRun,
  { jobs, emit, signal: given, rejected }: ImportOptions & { readonly rejected: number },
): Promise<void> {
  const failure = new AbortController()
  const signal = AbortSignal.any([given, failure.signal])
  const limit = new RejectLimit(run.plan.maxRejects, rejected)
  const context = { run, lines: new LineNumbers(), limit, emit, signal }
  let first: unknown
  const one = async () => {
    try {
      await withLoadingSession(db, run, (session) => loadChunks(session, context))
    } catch (error) {
      first ??= error
      failure.abort()
    }
  }
  const applicationName = sessionName(run.id)
  await cancellingSessions(db, { applicationName, signal }, async () => {
    await Promise.all(Array.from({ length: jobs }, one))
  })
  given.throwIfAborted()
  if (first !== undefined) throw first
}

async function withLoadingSession(
  db: Database,
  run: ImportRun,
  use: (session: CopySession) => Promise<void>,
): Promise<void> {
  const session = await openCopySession(db.target, sessionName(run.id))
  try {
    await session.query(SESSION_SQL)
    // Not on every system.
    await session.query("set client_connection_check_interval = '1s'").catch(() => {})
    await use(session)
  } finally {
    await session.close().catch(() => {})
  }
}

/** A chunk that another session still held when ours looked would be missing. */
function checkAllDone({ id, plan }: ImportRun, { done, chunks }: Totals): void {
  if (done === chunks) return
  throw new GigarowError(
    'IMPORT_UNFINISHED',
    `${chunks - done} of ${chunks} parts are not imported: another session held them.`,
    {
      facts: { run: id, done, chunks },
      hint: resumeHint(plan),
    },
  )
}

function interrupted({ plan }: ImportRun, cause: unknown): GigarowError {
  return new GigarowError('INTERRUPTED', 'The import was stopped; every finished part stays.', {
    hint: resumeHint(plan),
    cause,
  })
}

const WAYS_OUT = { DB_NOT_ALLOWED: 'Have the right granted, or connect as the owner.' } as const

/** A failure of the server leaves a run that can be resumed: the error says how. */
function keepingRun(db: Database, { id, plan }: ImportRun, cause: unknown): unknown {
  return withWayOut(explainDbError(cause, db.target, 'importing'), {
    facts: { run: id },
    goOn: `Every finished part stays. ${resumeHint(plan)}`,
    more: WAYS_OUT,
  })
}
