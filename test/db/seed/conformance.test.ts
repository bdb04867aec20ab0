import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CopySession, openCopySession } from '../../../src/copy/index.ts'
import {
  blockOf,
  checksumOfSum,
  compileRows,
  RowHash,
  rowHashSql,
  selectSql,
  type TableFill,
} from '../../../src/seed/index.ts'
import { testDatabase } from '../../support/index.ts'
import { CASES } from './conformance-cases.ts'
import { TYPES_SQL } from './conformance-types.ts'

// The two twins of every generator, and of every type that can hold its values, against the server: the same text, the
// same bytes in a table, the same checksums. 10,000 rows each, among them the ends of the blocks of 2^32 rows.

const SEED = 20_250_101
const ROWS = 6_000_000_000
const RANGES: readonly (readonly [lo: number, hi: number])[] = [
  [1, 6_000],
  [734_112_001, 734_113_000],
  [2_147_483_148, 2_147_484_147],
  [4_294_966_296, 4_294_967_295],
  [4_294_967_296, 4_294_968_295],
  [5_000_000_000, 5_000_000_999],
]

const target = testDatabase()
let session: CopySession

beforeAll(async () => {
  session = await openCopySession(target, 'gigarow test')
  await session.query("set timezone = 'UTC'")
  await session.query(TYPES_SQL)
})

afterAll(() => session?.close())

describe.each(CASES)('$name', ({ name, columns, rows = ROWS }) => {
  const fill: TableFill = {
    table: { schema: 'public', name: `conformance of ${name}` },
    rows,
    columns: columns.map(([type, generator, labels], k) => ({
      name: `c${k}`,
      type,
      generator,
      ...(labels && { labels }),
    })),
  }
  const ranges = RANGES.map(([lo, hi]) => [lo, Math.min(hi, rows)] as const).filter(([lo, hi]) => lo <= hi)
  const declared = columns.map(([type], k) => `c${k} ${type.replace('serial', 'int')}`).join(', ')

  // json has no equality.
  const comparable = (table: string) =>
    `select ${columns.map(([type], k) => (/^json(\[|$)/.test(type) ? `c${k}::text` : `c${k}`)).join(', ')} from ${table}`

  test('the SQL twin gives the same text as the JavaScript twin', async () => {
    const names = columns.map((_, k) => `c${k}::text`).join(', ')
    for (const [lo, hi] of ranges) {
      const sql = `select array[${names}] as cells from (${selectSql(fill, { seed: SEED, lo, hi })}) t`
      const server = (await session.query<{ cells: (string | null)[] }>(sql)).map((row) => row.cells)
      const twin = compileRows(fill, { seed: SEED, block: blockOf(lo) })
      const ours = Array.from(server, (_, k) => twin.text(lo + k).map(asText(columns)))
      expect(server).toHaveLength(hi - lo + 1)
      expect(ours).toEqual(server)
    }
  })

  test('COPY of the JavaScript rows and INSERT of the SQL rows fill equal tables', async () => {
    await session.query(`create temp table by_copy (${declared}); create temp table by_sql (${declared})`)
    try {
      for (const [lo, hi] of ranges) {
        await session.copyIn('copy by_copy from stdin (format binary)', copyChunks(fill, lo, hi))
        await session.query(`insert into by_sql ${selectSql(fill, { seed: SEED, lo, hi })}`)
      }
      const [counts] = await session.query(`select (select count(*) from by_copy) as copied,
        (select count(*) from (${comparable('by_copy')} except all ${comparable('by_sql')}) d) as missing,
        (select count(*) from (${comparable('by_sql')} except all ${comparable('by_copy')}) d) as extra`)
      const total = ranges.reduce((sum, [lo, hi]) => sum + hi - lo + 1, 0)
      expect(counts).toEqual({ copied: String(total), missing: '0', extra: '0' })
      const [sums] = await session.query<{ copied: string; sql: string }>(
        `select (select sum(${rowHashSql(fill, 'c')}) from by_copy c) as copied,
                (select sum(${rowHashSql(fill, 's')}) from by_sql s) as sql`,
      )
      const ours = checksum(fill, ranges)
      expect(checksumOfSum(sums!.copied)).toBe(ours)
      expect(checksumOfSum(sums!.sql)).toBe(ours)
    } finally {
      await session.query('drop table by_copy, by_sql')
    }
  })
})

/** The server's cast of boolean to text writes words, its output function letters; one of char(n) leaves out the blanks at the end. */
function asText(columns: readonly (readonly [string, ...unknown[]])[]) {
  return (cell: string | null, k: number) => {
    const [type] = columns[k]!
    if (cell === null) return null
    if (/^(bp)?char(acter)?(\(\d+\))?$/.test(type)) return cell.replace(/ +$/, '')
    return type === 'boolean' ? (cell === 't' ? 'true' : 'false') : cell
  }
}

function* copyChunks(fill: TableFill, lo: number, hi: number): Generator<Buffer> {
  yield Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1')
  const twin = compileRows(fill, { seed: SEED, block: blockOf(lo) })
  for (let i = lo; i <= hi; i++) {
    const buffer = Buffer.alloc(twin.maxRowBytes)
    const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length)
    yield buffer.subarray(0, twin.encode({ i, count: 1 }, view, 0))
  }
  yield Buffer.from([0xff, 0xff])
}

function checksum(fill: TableFill, ranges: readonly (readonly [number, number])[]): bigint {
  const sum = new RowHash()
  for (const [lo, hi] of ranges) {
    const twin = compileRows(fill, { seed: SEED, block: blockOf(lo) })
    for (let i = lo; i <= hi; i++) twin.hashInto(i, sum)
  }
  return sum.value
}
