import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { CopySession } from '../copy/index.ts'
import { type Emit, GigarowError } from '../kernel/index.ts'
import { batches } from './careful.ts'
import { type ByteSource, openGzip, openRange } from './csv/source.ts'
import { invalidFile, OpenQuote, unclosed } from './errors.ts'
import type { ImportEvent } from './events.ts'
import { unpackError } from './files.ts'
import { type RowJudge, rowJudge } from './filter/judge.ts'
import { CLAIM_SQL, COMPLETE_SQL, type ImportRun, REJECT_SQL, type Reject } from './ledger.ts'
import type { LineNumbers } from './lines.ts'
import { placeBatch } from './place.ts'
import type { ChunkRange, Counts, ImportFile } from './plan.ts'
import { isConflict, isRowError, type RejectLimit } from './refused.ts'
import { BlockBuffer, rowsToSend, type Tally } from './rows.ts'
import { addTaken, NOTHING_TAKEN, openSink, type Sink, type Taken } from './sink.ts'

export interface LoadContext {
  readonly run: ImportRun
  readonly lines: LineNumbers
  readonly limit: RejectLimit
  readonly emit: Emit<ImportEvent>
  readonly signal: AbortSignal
}

interface SessionContext extends LoadContext {
  readonly session: CopySession
  readonly sink: Sink
  readonly buffer: BlockBuffer
  /** A line of \. alone ends the data for this server. */
  readonly marksEnd: boolean
}

/** Rows are missing, and it may be for a line of \. alone: the records have to be looked at one by one. */
class MarkSuspected extends Error {}

/** Takes chunk after chunk from the ledger until none is left, over one connection: claim, rows and ledger row in one transaction. */
export async function loadChunks(session: CopySession, context: LoadContext): Promise<void> {
  const sink = await openSink(session, context.run.plan)
  const [server] = await session.query<{ version: number }>(
    "select current_setting('server_version_num')::int as version",
  )
  const own = { ...context, session, sink, buffer: new BlockBuffer(), marksEnd: server!.version < 180000 }
  while (!context.signal.aborted && (await loadNext(own)));
}

/** Sessions that met each other’s keys try again this often. */
const ATTEMPTS = 5

async function loadNext(context: SessionContext): Promise<boolean> {
  let how: Load = loadWhole
  let again: number | null = null
  for (let attempt = 1; ; attempt++) {
    const attempted = new Attempt(context)
    try {
      const found = await attempted.chunk(again, how)
      // What was to be done again was done by another session meanwhile.
      return found || again !== null
    } catch (error) {
      await attempted.undo()
      again = attempted.claimed
      if (again === null) throw error
      if (how === loadWhole && (isRowError(error) || error instanceof MarkSuspected)) how = loadCarefully
      else if (!isConflict(error) || attempt >= ATTEMPTS) throw error
    }
  }
}

/** Puts the rows of a chunk into the table; the transaction is open. */
type Load = (attempt: Attempt, chunk: ChunkRange, file: ImportFile) => Promise<Counts>

/** One transaction, and what it has told of itself so far. */
class Attempt {
  readonly context: SessionContext
  /** The number of the chunk that it has claimed. */
  claimed: number | null = null
  readonly tally: Tally = { read: 0, dropped: 0, asked: 0, marked: false }
  readonly rejects: Reject[] = []
  #toldBytes = 0
  #toldRows = 0

  constructor(context: SessionContext) {
    this.context = context
  }

  /** False when there is none to claim. */
  async chunk(number: number | null, load: Load): Promise<boolean> {
    const { session, run, emit } = this.context
    await session.query('begin')
    const [row] = await session.query<{ chunk: number; file: number; lo: string; hi: string }>(CLAIM_SQL, [
      run.id,
      number,
    ])
    if (row === undefined) {
      await session.query('rollback')
      return false
    }
    this.claimed = row.chunk
    const chunk = { chunk: row.chunk, file: row.file, lo: Number(row.lo), hi: Number(row.hi) }
    const started = performance.now()
    const file = run.plan.files[chunk.file]!
    await checkUnchanged(file)
    const counts = await load(this, chunk, file)
    await checkUnchanged(file)
    const seconds = (performance.now() - started) / 1000
    for (const { line, column, reason } of this.rejects)
      await session.query(REJECT_SQL, [run.id, chunk.chunk, line, column ?? null, reason])
    const { read, filtered, inserted, updated, skipped, rejected } = counts
    await session.query(COMPLETE_SQL, [
      run.id,
      chunk.chunk,
      seconds,
      ...[read, filtered, inserted, updated, skipped, rejected],
    ])
    await session.query('commit')
    for (const reject of this.rejects) emit({ type: 'row.rejected', file: file.path, ...reject })
    emit({ type: 'chunk.finished', chunk: chunk.chunk, rows: read, seconds })
    return true
  }

  /** Of the source since it was asked last. */
  tell(source: ByteSource): void {
    // The signal's own reason is no Error, and a COPY is ended with one.
    if (this.context.signal.aborted) throw new Error('The import was stopped.')
    const bytes = source.taken()
    const rows = this.tally.read - this.#toldRows
    this.#toldBytes += bytes
    this.#toldRows += rows
    this.context.emit({ type: 'progress', bytes, rows })
  }

  async undo(): Promise<void> {
    const { session, limit, emit } = this.context
    // A session that is gone has rolled back already.
    await session.query('rollback').catch(() => {})
    limit.giveBack(this.rejects.length)
    if (this.#toldBytes > 0) emit({ type: 'progress', bytes: -this.#toldBytes, rows: -this.#toldRows })
  }
}

function judgeOf({ run }: LoadContext, file: ImportFile): RowJudge | undefined {
  const { filter, format } = run.plan
  if (filter === undefined || filter.where === 'server') return undefined
  return rowJudge(filter.condition, file.columns, format)
}

/** All rows in one COPY, straight from the file. */
async function loadWhole(attempt: Attempt, chunk: ChunkRange, file: ImportFile): Promise<Counts> {
  const { context, tally } = attempt
  const judge = judgeOf(context, file)
  return withSource(file, chunk, async (source) => {
    const onRead = () => attempt.tell(source)
    const rows = rowsToSend({ source, buffer: context.buffer, judge, tally, onRead })
    const taken = await context.sink.put(file, rows)
    if (tally.marked && context.marksEnd && taken.copied < tally.read - tally.dropped)
      throw new MarkSuspected()
    return counted({ tally, taken, rejected: 0 }, { context, chunk, file })
  })
}

/** In batches with savepoints, so that the rows that the server refuses can be named and left out. */
async function loadCarefully(attempt: Attempt, chunk: ChunkRange, file: ImportFile): Promise<Counts> {
  const { context, tally, rejects } = attempt
  const { run, limit, lines, session, sink, buffer } = context
  const firstLine = await lines.lineAt(file, chunk.lo)
  let taken = NOTHING_TAKEN
  const placing = {
    session,
    sink,
    file,
    onTaken: (more: Taken) => {
      taken = addTaken(taken, more)
    },
    onReject: (reject: Reject) => {
      limit.take(run, { ...reject, file: file.path })
      rejects.push(reject)
    },
  }
  return withSource(file, chunk, async (source) => {
    const onRead = () => attempt.tell(source)
    const judge = judgeOf(context, file)
    for await (const batch of batches({ source, buffer, judge, tally, onRead, firstLine })) {
      context.signal.throwIfAborted()
      if (context.marksEnd && batch.marks.length > 0) throw endMark(file, batch.marks[0]!)
      await placeBatch(batch, placing)
    }
    return counted({ tally, taken, rejected: rejects.length }, { context, chunk, file })
  })
}

async function withSource<T>(
  file: ImportFile,
  { lo, hi }: ChunkRange,
  use: (source: ByteSource) => Promise<T>,
): Promise<T> {
  const source = file.gzip ? openGzip(file.path, file.start) : await openRange(file.path, { lo, hi })
  try {
    return await use(source)
  } catch (error) {
    throw unpackError(file.path, error) ?? endless(file.path, error) ?? error
  } finally {
    await source.close()
  }
}

/** Undefined for any other error. */
function endless(path: string, error: unknown): GigarowError | undefined {
  if (error instanceof OpenQuote) return unclosed(path, error)
  if (!(error instanceof RangeError)) return undefined
  return invalidFile(
    path,
    `${basename(path)} cannot be taken apart: ${error.message}; a quote may not be closed`,
  )
}

interface Loaded {
  readonly tally: Tally
  readonly taken: Taken
  readonly rejected: number
}

/** What we counted in the file against what the server says that it took. Throws IMPORT_COUNT_DIFFERS. */
function counted(
  { tally, taken, rejected }: Loaded,
  { context, chunk, file }: { context: LoadContext; chunk: ChunkRange; file: ImportFile },
): Counts {
  const { filter } = context.run.plan
  const sent = tally.read - tally.dropped - rejected
  // Those that the server’s WHERE may have left out.
  const open = filter === undefined ? 0 : filter.where === 'server' ? sent : tally.asked
  if (taken.copied > sent || taken.copied < sent - open || taken.swallowed > 0)
    throw countDiffers({ sent, taken, chunk, file })
  return {
    read: tally.read,
    filtered: tally.dropped + (sent - taken.copied),
    inserted: taken.inserted,
    updated: taken.updated,
    skipped: taken.copied - taken.inserted - taken.updated,
    rejected,
  }
}

function endMark(file: ImportFile, line: number): GigarowError {
  return new GigarowError(
    'IMPORT_COUNT_DIFFERS',
    `Line ${line} of ${basename(file.path)} is \\. alone, which ends the data for PostgreSQL before 18.`,
    {
      facts: { file: file.path, line },
      hint: 'Nothing of this part was kept. Where it is a value, put it in quotes: "\\.".',
    },
  )
}

function countDiffers(facts: {
  sent: number
  taken: Taken
  chunk: ChunkRange
  file: ImportFile
}): GigarowError {
  const { sent, chunk, file } = facts
  const taken = facts.taken.copied - facts.taken.swallowed
  return new GigarowError(
    'IMPORT_COUNT_DIFFERS',
    `The server took ${taken} of ${sent} rows of bytes ${chunk.lo} to ${chunk.hi} of ${basename(file.path)}.`,
    {
      facts: { file: file.path, chunk: chunk.chunk, sent, taken },
      hint: 'Nothing of this part was kept. Something removes rows: a trigger that returns null, a rule, or a line of \\. alone, which ends the data for PostgreSQL before 18.',
    },
  )
}

/** As it was when the import was planned: size and time, looked at before and after. */
async function checkUnchanged({ path, bytes, modified }: ImportFile): Promise<void> {
  const now = await stat(path, { bigint: true }).catch(() => undefined)
  if (now !== undefined && Number(now.size) === bytes && String(now.mtimeNs) === modified) return
  throw fileChanged(
    path,
    now === undefined ? 'it is not there any more' : 'its size or its time is another one',
  )
}

export function fileChanged(path: string, what: string): GigarowError {
  return new GigarowError('IMPORT_FILE_CHANGED', `${path} has changed since its import began: ${what}.`, {
    facts: { file: path, what },
    hint: 'Bring back the file as it was and go on with --resume. Or import it anew: --abandon keeps the rows that are there, --on-duplicate skip leaves them out.',
  })
}
