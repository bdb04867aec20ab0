import { hasOddQuotes, isEndMark, NEWLINE, recordEnd } from './csv/bytes.ts'
import type { ByteSource } from './csv/source.ts'
import { OpenQuote } from './errors.ts'
import type { RowJudge } from './filter/judge.ts'
import { type BlockBuffer, growFor, type Tally } from './rows.ts'

/** Records that are sent together, with the lines of the file on which they begin. */
export interface Batch {
  /** Their bytes, one behind the other. */
  readonly bytes: Buffer
  /** Where each begins, and where the last one ends. */
  readonly bounds: readonly number[]
  readonly lines: readonly number[]
  /** Those of its records that are \. alone. */
  readonly marks: readonly number[]
}

const BATCH_ROWS = 2000

export interface BatchStream {
  readonly source: ByteSource
  readonly buffer: BlockBuffer
  readonly judge: RowJudge | undefined
  readonly tally: Tally
  readonly onRead: () => void
  /** Of the first record. */
  readonly firstLine: number
}

/** The wanted records of a chunk taken apart: for a chunk that the server has refused as a whole. A batch's bytes are its own until the next one. */
export async function* batches(stream: BatchStream): AsyncIterable<Batch> {
  const { source, buffer, onRead } = stream
  let line = stream.firstLine
  let have = 0
  for (let atEnd = false; !atEnd; ) {
    const length = await source.read(buffer.bytes, have)
    atEnd = length === 0
    have += length
    let used = 0
    for (;;) {
      const taken = takeBatch(buffer.bytes.subarray(0, have), { from: used, line, atEnd }, stream)
      if (taken.end === used) break
      used = taken.end
      line = taken.line
      if (taken.batch.lines.length > 0) yield taken.batch
    }
    onRead()
    buffer.bytes.copyWithin(0, used, have)
    have -= used
    if (have === buffer.bytes.length) growFor(buffer, have)
  }
}

interface Position {
  readonly from: number
  readonly line: number
  readonly atEnd: boolean
}

/** Up to a number of wanted records, moved together within the buffer. */
function takeBatch(
  bytes: Buffer,
  { from, line: firstLine, atEnd }: Position,
  { judge, tally }: Pick<BatchStream, 'judge' | 'tally'>,
): { readonly batch: Batch; readonly end: number; readonly line: number } {
  const bounds = [from]
  const lines: number[] = []
  const marks: number[] = []
  let line = firstLine
  let at = from
  let kept = from
  while (at < bytes.length && lines.length < BATCH_ROWS) {
    const end = endOf(bytes, at, { judge, atEnd })
    // The server would take all that is left for one row, and that one could be refused alone.
    if (end === -1 && atEnd) throw new OpenQuote(line)
    if (end === -1) break
    tally.read++
    const verdict = judge?.verdict(bytes) ?? 'yes'
    const begins = line
    for (let i = at; i < end; i++) if (bytes[i] === NEWLINE) line++
    if (verdict === 'no') tally.dropped++
    else {
      if (verdict === 'ask') tally.asked++
      if (isEndMark(bytes, at, end)) marks.push(begins)
      if (kept !== at) bytes.copyWithin(kept, at, end)
      kept += end - at
      bounds.push(kept)
      lines.push(begins)
    }
    at = end
  }
  return { batch: { bytes, bounds, lines, marks }, end: at, line }
}

function endOf(
  bytes: Buffer,
  from: number,
  { judge, atEnd }: { readonly judge: RowJudge | undefined; readonly atEnd: boolean },
): number {
  if (judge !== undefined) return judge.next(bytes, from, { to: bytes.length, atEnd })
  const end = recordEnd(bytes, from, { to: bytes.length })
  return end === -1 && atEnd && !hasOddQuotes(bytes, from, bytes.length) ? bytes.length : end
}
