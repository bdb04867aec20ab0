import { isEndMark, mayHoldEndMark, RecordCounter } from './csv/bytes.ts'
import { BLOCK_BYTES, type ByteSource } from './csv/source.ts'
import { OpenQuote } from './errors.ts'
import type { RowJudge } from './filter/judge.ts'

/** What has come by so far. */
export interface Tally {
  read: number
  /** Left out here. */
  dropped: number
  /** Sent for the server to judge. */
  asked: number
  /** A line of \. alone may have been sent. */
  marked: boolean
}

export interface RowStream {
  readonly source: ByteSource
  /** Kept by the caller, so that one is enough for a session. */
  readonly buffer: BlockBuffer
  readonly judge: RowJudge | undefined
  readonly tally: Tally
  readonly onRead: () => void
}

export class BlockBuffer {
  bytes: Buffer

  constructor(size = BLOCK_BYTES) {
    this.bytes = Buffer.allocUnsafeSlow(size)
  }

  /** For records that are larger than all of it. */
  grow(used: number): void {
    const larger = Buffer.allocUnsafeSlow(this.bytes.length * 2)
    this.bytes.copy(larger, 0, 0, used)
    this.bytes = larger
  }
}

/** A record that does not end within this many bytes has lost a quote. */
const RECORD_LIMIT = 256 * 1024 * 1024

/** The bytes of a chunk as they are sent: as they stand in the file, or what the filter leaves of them. */
export function rowsToSend(stream: RowStream): AsyncIterable<Buffer> {
  return stream.judge === undefined ? allRows(stream) : wantedRows(stream, stream.judge)
}

/**
 * Below this size a socket takes a message without having sent it: then the buffer cannot be filled again, and a copy is sent.
 */
const HELD_BYTES = 128 * 1024

function sendable(bytes: Buffer): Buffer {
  return bytes.length >= HELD_BYTES ? bytes : Buffer.from(bytes)
}

async function* allRows({ source, buffer, tally, onRead }: RowStream): AsyncIterable<Buffer> {
  const counter = new RecordCounter()
  for (;;) {
    const length = await source.read(buffer.bytes, 0)
    if (length === 0) return
    const block = buffer.bytes.subarray(0, length)
    counter.add(block)
    tally.read = counter.records
    tally.marked ||= mayHoldEndMark(block)
    onRead()
    yield sendable(block)
  }
}

async function* wantedRows(stream: RowStream, judge: RowJudge): AsyncIterable<Buffer> {
  const { source, buffer, tally, onRead } = stream
  let have = 0
  for (let atEnd = false; !atEnd; ) {
    const length = await source.read(buffer.bytes, have)
    atEnd = length === 0
    have += length
    const { used, kept } = sift(buffer.bytes, { have, atEnd }, { judge, tally })
    onRead()
    if (kept > 0) yield sendable(buffer.bytes.subarray(0, kept))
    buffer.bytes.copyWithin(0, used, have)
    have -= used
    if (have === buffer.bytes.length) growFor(buffer, have)
  }
}

export function growFor(buffer: BlockBuffer, used: number): void {
  if (used >= RECORD_LIMIT) throw new RangeError(`a record does not end within ${RECORD_LIMIT} bytes`)
  buffer.grow(used)
}

/** Moves the wanted records to the front of the buffer: `kept` bytes of the `used` ones. */
function sift(
  bytes: Buffer,
  { have, atEnd }: { readonly have: number; readonly atEnd: boolean },
  { judge, tally }: { readonly judge: RowJudge; readonly tally: Tally },
): { readonly used: number; readonly kept: number } {
  const bounds = { to: have, atEnd }
  let used = 0
  let kept = 0
  while (used < have) {
    const end = judge.next(bytes, used, bounds)
    if (end === -1 && atEnd) throw new OpenQuote()
    if (end === -1) break
    tally.read++
    const verdict = judge.verdict(bytes)
    if (verdict === 'no') tally.dropped++
    else {
      if (verdict === 'ask') tally.asked++
      tally.marked ||= isEndMark(bytes, used, end)
      if (kept !== used) bytes.copyWithin(kept, used, end)
      kept += end - used
    }
    used = end
  }
  return { used, kept }
}
