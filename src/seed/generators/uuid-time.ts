import { hashHigh, hashIndex } from '../hash.ts'
import { inline } from '../inline.ts'
import type { UuidSource } from '../source.ts'
import { evenSql } from '../stream.ts'
import { EPOCH_2000 } from '../types/time.ts'
import type { Context } from './generator.ts'
import { readRange } from './instant.ts'
import { batchNumber } from './numbering.ts'
import type { Options } from './options.ts'

/** Parts of a millisecond: the 12 bits behind it continue it (RFC 9562, 6.2, method 3). */
const PARTS = 4096
const FRACTION = 1_048_576
const MAX_ROWS = 8_589_934_592

/**
 * Version 7: 48 bits of milliseconds since 1970 and 12 of their parts, which rise with the row's number evenly over [from, to), and 62
 * random bits. Rows stand in the order of the index.
 */
export function timeOrdered(options: Options, context: Context): UuidSource {
  const { from, end } = readRange(options)
  const { rows } = context
  if (rows > MAX_ROWS) options.fail(`the table must have at most ${MAX_ROWS} rows`)
  const first = ((from + EPOCH_2000) / 1000) * PARTS
  const total = ((end - from) / 1000) * PARTS
  if (first < 0 || first + total > Number.MAX_SAFE_INTEGER)
    options.fail('the times must lie between 1970 and 2039')
  const step = Math.floor(total / rows)
  const fraction = Math.floor(((total - step * rows) * FRACTION) / rows)
  const row = batchNumber(context)
  const random = context.stream('1')
  const { state } = random
  const time = context.once(`${first} + ${row.sql} * ${step} + ((${row.sql} * ${fraction}) >> 20)`)
  return {
    kind: 'uuid',
    write: inline`(low, out, pos) => {
      const n = ${row.at}(low)
      const time = ${first} + n * ${step} + Math.floor((n * ${fraction}) / ${FRACTION})
      const millis = Math.floor(time / ${PARTS})
      const upper = Math.floor(millis / 65536)
      out.setInt32(pos, upper)
      out.setInt32(pos + 4, ((millis - upper * 65536) << 16) | 0x7000 | (time - millis * ${PARTS}))
      const fourth = ${hashIndex}(${state}, low)
      out.setInt32(pos + 8, ((${hashHigh}() ^ fourth) & 0x3fffffff) | 0x80000000)
      out.setInt32(pos + 12, fourth)
      return pos + 16
    }`,
    sql: `encode(int8send((${time} / ${PARTS}) << 16 | 28672 | ${time} % ${PARTS}) || int8send(${evenSql(random)} & 4611686018427387903 | '-9223372036854775808'::bigint), 'hex')::uuid`,
  }
}
