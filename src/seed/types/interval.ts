import { getInt64, putInt32, putInt64 } from '../bytes.ts'
import { inline } from '../inline.ts'
import type { Codec } from './codec.ts'
import { hashOfInt8 } from './integer.ts'
import { decimalsOf } from './numeric.ts'
import { clockText } from './time-of-day.ts'

/** 285 years: safe integers of microseconds. */
const MAX = 9e15

/** Numbers are seconds. Neither days nor months, which are of no fixed length: 49:00:00. */
export const interval: Codec = {
  encoder(source, type) {
    const decimals = decimalsOf(source)
    if (decimals === undefined) return undefined
    const { at, scale, min, max } = decimals
    const places = type.modifiers[0] ?? 6
    if (scale > places) return `${scale} decimal places of a second, and the column keeps ${places}`
    const unit = 10 ** (6 - scale)
    const longest = Math.max(Math.abs(min), Math.abs(max)) * unit
    if (longest > MAX) return `${longest / 1e6} seconds, and ${MAX / 1e6} are the most`
    return {
      maxBytes: 16,
      write: inline`(low, out, pos) =>
        ${putInt32}(out, ${putInt32}(out, ${putInt64}(out, pos, ${at}(low) * ${unit}), 0), 0)`,
      sql: `(${decimals.sql} * ${unit} * interval '1 microsecond')`,
    }
  },
  text(bytes, pos) {
    const micros = getInt64(bytes, pos)
    return micros < 0 ? `-${clockText(-micros)}` : clockText(micros)
  },
  hash: hashOfInt8,
  hashSql: (column) => column,
}
