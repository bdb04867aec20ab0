import { getInt64, putInt32, putInt64 } from '../bytes.ts'
import { hashIndex } from '../hash.ts'
import { inline } from '../inline.ts'
import type { PgType } from '../pg-type.ts'
import type { TimeSource } from '../source.ts'
import type { Codec } from './codec.ts'
import { hashOfInt8, NO_SEED } from './integer.ts'

const DAY = 86_400_000_000
/** Microseconds from 1970 to 2000, where PostgreSQL's time begins. */
export const EPOCH_2000 = 946_684_800_000_000

/** timestamp(3) keeps milliseconds: what a generator makes below that is cut off, never rounded up to the next day. */
function unitOf(type: PgType): number {
  return 10 ** (6 - (type.modifiers[0] ?? 6))
}

function timestamps(suffix: '' | '+00'): Codec {
  return {
    encoder(source, type) {
      if (source.kind !== 'time') return undefined
      const unit = unitOf(type)
      return {
        maxBytes: 8,
        write:
          unit === 1
            ? inline`(low, out, pos) => ${putInt64}(out, pos, ${source.at}(low))`
            : inline`(low, out, pos) => ${putInt64}(out, pos, Math.floor(${source.at}(low) / ${unit}) * ${unit})`,
        sql: `(${type.name} '2000-01-01 00:00:00${suffix}' + ${cutSql(source, unit)} * interval '1 microsecond')::${type.sql}`,
      }
    },
    text: (bytes, pos) => `${timestampText(getInt64(bytes, pos))}${suffix}`,
    hash: hashOfInt8,
    hashSql: (column) => column,
  }
}

export const timestamp = timestamps('')
export const timestamptz = timestamps('+00')

export const date: Codec = {
  encoder(source) {
    if (source.kind !== 'time') return undefined
    return {
      maxBytes: 4,
      write: inline`(low, out, pos) => ${putInt32}(out, pos, Math.floor(${source.at}(low) / ${DAY}))`,
      sql: `(date '2000-01-01' + (${cutSql(source, DAY)} / ${DAY})::int)`,
    }
  },
  text: (bytes, pos) => timestampText(bytes.getInt32(pos) * DAY).slice(0, 10),
  hash: (bytes, pos) => hashIndex(NO_SEED, bytes.getInt32(pos)),
  hashSql: (column) => column,
}

/** Rounds down to a multiple of `unit`, also before 2000: the server's division of integers rounds towards zero. */
function cutSql(source: TimeSource, unit: number): string {
  if (unit === 1) return source.sql
  const shift = source.min < 0 ? Math.ceil(-source.min / unit) * unit : 0
  const shifted = shift === 0 ? source.sql : `(${source.sql} + ${shift})`
  return `(${shifted} / ${unit} * ${unit}${shift === 0 ? '' : ` - ${shift}`})`
}

/** 2025-03-01 12:00:00.5 */
function timestampText(micros: number): string {
  const seconds = Math.floor(micros / 1_000_000)
  const fraction = micros - seconds * 1_000_000
  const whole = new Date(seconds * 1000 + EPOCH_2000 / 1000).toISOString().slice(0, 19).replace('T', ' ')
  return fraction === 0 ? whole : `${whole}.${String(fraction).padStart(6, '0').replace(/0+$/, '')}`
}
