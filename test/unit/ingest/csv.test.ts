import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { batches } from '../../../src/ingest/careful.ts'
import {
  countNewlines,
  hasOddQuotes,
  isEndMark,
  mayHoldEndMark,
  RecordCounter,
} from '../../../src/ingest/csv/bytes.ts'
import { fieldsOf } from '../../../src/ingest/csv/record.ts'
import type { ByteSource } from '../../../src/ingest/csv/source.ts'
import { splitFile } from '../../../src/ingest/csv/split.ts'
import { rowJudge } from '../../../src/ingest/filter/judge.ts'
import { BlockBuffer, rowsToSend } from '../../../src/ingest/rows.ts'
import { temporaryDir } from '../../support/index.ts'

const FORMAT = { delimiter: ',', nullText: '' }
const signal = new AbortController().signal

/** What makes reading CSV hard, and little else. */
const field = fc.oneof(
  fc.stringMatching(/^[ab",\r\n é]{0,6}$/),
  fc.integer({ min: -20, max: 20 }).map(String),
)
const cell = (text: string, always: boolean) =>
  always || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text

/** A file: its records as fields, and as they are written. */
const csv = fc
  .record({
    rows: fc.array(fc.tuple(field, field, field), { maxLength: 30 }),
    quoteAll: fc.boolean(),
    end: fc.constantFrom('\n', '\r\n'),
    ended: fc.boolean(),
  })
  .map(({ rows, quoteAll, end, ended }) => {
    const records = rows.map((row) => `${row.map((text) => cell(text, quoteAll)).join(',')}${end}`)
    const last = records.at(-1)
    if (last !== undefined && !ended) records[records.length - 1] = last.slice(0, -end.length)
    return { rows, records, bytes: Buffer.from(records.join('')) }
  })

/** Bytes that come in pieces of a size. */
function sourceOf(bytes: Buffer, piece: number): ByteSource {
  let at = 0
  return {
    async read(into, from) {
      const n = bytes.copy(into, from, at, Math.min(bytes.length, at + piece))
      at += n
      return n
    },
    taken: () => 0,
    close: async () => {},
  }
}

const tallyOf = () => ({ read: 0, dropped: 0, asked: 0, marked: false })

describe('a file cut into ranges', () => {
  const path = join(temporaryDir(), 'file.csv')

  it('has every record once, whole and in its order, wherever the cuts and the blocks are', async () => {
    await fc.assert(
      fc.asyncProperty(
        csv,
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 40 }),
        async ({ records, bytes }, chunkBytes, blockBytes) => {
          writeFileSync(path, bytes)
          const ranges = await splitFile(path, { lo: 0, hi: bytes.length, chunkBytes, blockBytes, signal })
          const bounds = [0]
          for (const record of records) bounds.push(bounds.at(-1)! + Buffer.byteLength(record))
          expect(ranges.map(({ lo }) => lo)).toEqual(ranges.map((_, k) => (k === 0 ? 0 : ranges[k - 1]!.hi)))
          expect(ranges.at(-1)?.hi ?? 0).toBe(bytes.length)
          for (const { lo, hi } of ranges) {
            expect(bounds).toContain(lo)
            expect(bounds).toContain(hi)
            // None is cut before it has to be.
            if (hi < bytes.length) expect(hi - lo).toBeGreaterThanOrEqual(chunkBytes)
          }
        },
      ),
    )
  })

  it('is refused when a quote is never closed', async () => {
    writeFileSync(path, 'a,b\n1,"x\n2,y\n'.repeat(3))
    await expect(splitFile(path, { lo: 0, hi: 39, chunkBytes: 5, signal })).rejects.toMatchObject({
      code: 'IMPORT_FILE_INVALID',
    })
  })
})

describe('records', () => {
  it('are counted alike however their bytes come', () => {
    fc.assert(
      fc.property(csv, fc.integer({ min: 1, max: 50 }), ({ records, bytes }, piece) => {
        const counter = new RecordCounter()
        for (let at = 0; at < bytes.length; at += piece) counter.add(bytes.subarray(at, at + piece))
        expect(counter.records).toBe(records.filter((record) => record !== '').length)
      }),
    )
  })

  it('fall into the fields that they were made of', () => {
    fc.assert(
      fc.property(csv, ({ rows, records }) => {
        expect(records.map((record) => fieldsOf(Buffer.from(record)))).toEqual(rows)
      }),
    )
  })

  it('newlines and quotes are counted the same four bytes at a time', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), fc.nat(40), fc.nat(40), (array, from, less) => {
        const bytes = Buffer.from(array.map((byte) => (byte < 100 ? 10 : byte < 180 ? 34 : byte)))
        const [start, end] = [
          Math.min(from, bytes.length),
          Math.max(Math.min(from, bytes.length), bytes.length - less),
        ]
        const of = (byte: number) => bytes.subarray(start, end).filter((b) => b === byte).length
        expect(countNewlines(bytes, start, end)).toBe(of(10))
        expect(hasOddQuotes(bytes, start, end)).toBe(of(34) % 2 === 1)
      }),
    )
  })
})

describe('the rows that are sent', () => {
  const pieces = fc.integer({ min: 1, max: 50 })

  it('without a filter are the bytes of the file', async () => {
    await fc.assert(
      fc.asyncProperty(csv, pieces, async ({ bytes, records }, piece) => {
        const tally = tallyOf()
        const sent: Buffer[] = []
        const source = sourceOf(bytes, piece)
        const stream = { source, buffer: new BlockBuffer(16), judge: undefined, tally, onRead: () => {} }
        for await (const block of rowsToSend(stream)) sent.push(Buffer.from(block))
        expect(Buffer.concat(sent)).toEqual(bytes)
        expect(tally.read).toBe(records.filter((record) => record !== '').length)
      }),
    )
  })

  it('with a filter are those that fit, in their order, and those that only the server can judge', async () => {
    await fc.assert(
      fc.asyncProperty(csv, pieces, async ({ rows, records, bytes }, piece) => {
        const condition = { kind: 'in', column: 'b', family: 'integer', values: [-3, 1, 2, 7] } as const
        const judge = rowJudge(condition, ['a', 'b', 'c'], FORMAT)
        const sent: Buffer[] = []
        const tally = tallyOf()
        const source = sourceOf(bytes, piece)
        const stream = { source, buffer: new BlockBuffer(16), judge, tally, onRead: () => {} }
        for await (const block of rowsToSend(stream)) sent.push(Buffer.from(block))
        const text = Buffer.concat(sent).toString()
        const wanted = records.filter((record, k) => {
          const value = rows[k]![1]
          if (record === '') return false
          return /^-?\d+$/.test(value)
            ? condition.values.includes(Number(value) as 1)
            : !(value === '' && !/,"",/.test(record))
        })
        expect(text).toBe(wanted.join(''))
        expect(tally.read).toBe(records.filter((record) => record !== '').length)
        expect(tally.read - tally.dropped).toBe(wanted.length)
      }),
    )
  })

  it('taken apart have the lines on which they begin', async () => {
    await fc.assert(
      fc.asyncProperty(csv, pieces, async ({ records, bytes }, piece) => {
        const found: [string, number][] = []
        const source = sourceOf(bytes, piece)
        const stream = {
          source,
          buffer: new BlockBuffer(16),
          judge: undefined,
          tally: tallyOf(),
          onRead: () => {},
          firstLine: 2,
        }
        for await (const { bytes, bounds, lines } of batches(stream))
          lines.forEach((line, k) => {
            found.push([bytes.subarray(bounds[k]!, bounds[k + 1]!).toString(), line])
          })
        let line = 2
        const expected = records.flatMap((record): [string, number][] => {
          const begins = line
          line += record.split('\n').length - 1
          return record === '' ? [] : [[record, begins]]
        })
        expect(found).toEqual(expected)
      }),
    )
  })
})

describe('a line of \\. alone', () => {
  it('is found wherever the blocks are cut; what is not one is taken for it at the most in a block', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('\\.', '\\', '.', 'a', '\n', '\r\n'), { maxLength: 20 }),
        fc.nat(40),
        (parts, cut) => {
          const bytes = Buffer.from(parts.join(''))
          const there = bytes
            .toString()
            .split('\n')
            .some((line) => line === '\\.' || line === '\\.\r')
          const blocks = [bytes.subarray(0, cut), bytes.subarray(cut)]
          if (there) expect(blocks.some((block) => block.length > 0 && mayHoldEndMark(block))).toBe(true)
          const lines = bytes.toString().match(/[^\n]*\n|[^\n]+$/g) ?? []
          const exact = lines.some((line) => isEndMark(Buffer.from(line), 0, line.length))
          expect(exact).toBe(there)
          if (mayHoldEndMark(bytes)) expect(there || bytes.toString().match(/(^|\n)\\$/)).toBeTruthy()
        },
      ),
    )
  })
})
