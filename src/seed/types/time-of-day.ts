import { getInt64, putInt64 } from '../bytes.ts'
import { inline } from '../inline.ts'
import type { Codec } from './codec.ts'
import { hashOfInt8 } from './integer.ts'

const DAY = 86_400_000_000

/** The time of day of a point in time: what a generator makes below the column's unit is cut off. */
export const time: Codec = {
  encoder(source, type) {
    if (source.kind !== 'time') return undefined
    const unit = 10 ** (6 - (type.modifiers[0] ?? 6))
    // The server's remainder has the sign of what is divided.
    const shift = source.min < 0 ? Math.ceil(-source.min / DAY) * DAY : 0
    const ofDay = `((${source.sql} + ${shift}) % ${DAY})`
    const cut = unit === 1 ? ofDay : `(${ofDay} / ${unit} * ${unit})`
    return {
      maxBytes: 8,
      write: inline`(low, out, pos) => {
        const micros = ${source.at}(low)
        return ${putInt64}(out, pos, Math.floor((micros - Math.floor(micros / ${DAY}) * ${DAY}) / ${unit}) * ${unit})
      }`,
      sql: `(time '00:00' + ${cut} * interval '1 microsecond')::${type.sql}`,
    }
  },
  text: (bytes, pos) => clockText(getInt64(bytes, pos)),
  hash: hashOfInt8,
  hashSql: (column) => column,
}

/** 12:00:00.5; hours go on above 24. */
export function clockText(micros: number): string {
  const seconds = Math.floor(micros / 1_000_000)
  const fraction = micros - seconds * 1_000_000
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  const whole = parts.map((part) => String(part).padStart(2, '0')).join(':')
  return fraction === 0 ? whole : `${whole}.${String(fraction).padStart(6, '0').replace(/0+$/, '')}`
}
