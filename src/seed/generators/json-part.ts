import { literal } from '../../kernel/index.ts'
import {
  digitsOf,
  digitsWriter,
  fixedText,
  newBytes,
  putBytes,
  putDecimal,
  putDigits,
  putFixed,
  putHex8,
  putInt8,
  utf8Bytes,
} from '../bytes.ts'
import { inline } from '../inline.ts'
import type { DecimalSource, PickSource, Source, TextSource, TimeSource, UuidSource } from '../source.ts'
import { numericSql } from '../types/numeric.ts'

/** A piece of a document: its text in both twins. */
export interface JsonPart {
  readonly maxBytes: number
  write(low: number, out: DataView, pos: number): number
  /** The same behind a constant text, in one piece. */
  behind?(before: string): (low: number, out: DataView, pos: number) => number
  /** text expression */
  readonly sql: string
}

const NULL = utf8Bytes('null')
const TRUE = utf8Bytes('true')
const FALSE = utf8Bytes('false')

/** How a field's value is written; a string says what cannot stand in a document. */
export function jsonPart(source: Source): JsonPart | string {
  const part = partOf(source)
  const { isNull, nullSql } = source
  if (typeof part === 'string' || isNull === undefined) return part
  return {
    maxBytes: Math.max(part.maxBytes, NULL.length),
    write: inline`(low, out, pos) => ${isNull}(low) ? ${putBytes}(out, pos, ${NULL}) : ${part.write}(low, out, pos)`,
    sql: `case when ${nullSql} then 'null' else ${part.sql} end`,
  }
}

function partOf(source: Source): JsonPart | string {
  switch (source.kind) {
    case 'int':
      return {
        maxBytes: 1 + Math.max(digitsOf(Math.abs(source.min)), digitsOf(Math.abs(source.max))),
        write: inline`(low, out, pos) => ${putDecimal}(out, pos, ${source.at}(low))`,
        sql: `${source.sql}::text`,
      }
    case 'boolean':
      return {
        maxBytes: FALSE.length,
        write: inline`(low, out, pos) => ${putBytes}(out, pos, ${source.at}(low) ? ${TRUE} : ${FALSE})`,
        sql: `${source.sql}::text`,
      }
    case 'json':
      return source
    case 'decimal':
      return decimalPart(source)
    case 'pick':
      return pickPart(source)
    case 'text':
      return source.isRaw
        ? 'a text of the user’s own, which may need escapes'
        : quoted(source, source.maxBytes)
    case 'uuid':
      return quoted(uuidText(source), 36)
    case 'time':
      return quoted(timeText(source), TIME_LENGTH)
  }
}

function decimalPart(source: DecimalSource): JsonPart {
  const unit = 10 ** source.scale
  return {
    maxBytes: 2 + source.scale + digitsOf(Math.max(Math.abs(source.min), Math.abs(source.max))),
    write: inline`(low, out, pos) => {
      const value = ${source.at}(low)
      const size = Math.abs(value)
      const whole = Math.floor(size / ${unit})
      const end = ${putDecimal}(out, value < 0 ? ${putInt8}(out, pos, 45) : pos, whole)
      return ${digitsWriter(source.scale)}(out, ${putInt8}(out, end, 46), size - whole * ${unit})
    }`,
    sql: `${numericSql(source)}::text`,
  }
}

function pickPart(source: PickSource): JsonPart {
  const texts = source.values.map((value) => JSON.stringify(value))
  const { at } = source
  const cellsOf = (before: string) => texts.map((text) => fixedText(before + text))
  const cells = cellsOf('')
  return {
    maxBytes: Math.max(...cells.map((cell) => cell.length)),
    write: inline`(low, out, pos) => ${putFixed}(out, pos, ${cells}[${at}(low)])`,
    behind: (before) => inline`(low, out, pos) => ${putFixed}(out, pos, ${cellsOf(before)}[${at}(low)])`,
    sql: `(array[${texts.map(literal).join(', ')}])[1 + ${source.sql}]`,
  }
}

const QUOTE = 34

function quoted(source: Pick<TextSource, 'write' | 'sql'>, maxBytes: number): JsonPart {
  return {
    maxBytes: maxBytes + 2,
    write: inline`(low, out, pos) =>
      ${putInt8}(out, ${source.write}(low, out, ${putInt8}(out, pos, ${QUOTE})), ${QUOTE})`,
    sql: `'"' || ${source.sql} || '"'`,
  }
}

const uuidBytes = newBytes(16)

function uuidText(source: UuidSource): Pick<TextSource, 'write' | 'sql'> {
  return {
    write(low, out, pos) {
      source.write(low, uuidBytes, 0)
      let end = pos
      for (let k = 0; k < 16; k++) {
        if (k === 4 || k === 6 || k === 8 || k === 10) end = putInt8(out, end, 45)
        end = putHex8(out, end, uuidBytes.getUint8(k))
      }
      return end
    },
    sql: `${source.sql}::text`,
  }
}

const TIME_LENGTH = 27
const DAY_SECONDS = 86_400

/** ISO 8601 in UTC: 2025-03-01T12:00:00.000000Z. */
function timeText({ at, sql }: TimeSource): Pick<TextSource, 'write' | 'sql'> {
  return {
    write(low, out, pos) {
      const micros = at(low)
      const seconds = Math.floor(micros / 1_000_000)
      const days = Math.floor(seconds / DAY_SECONDS)
      const second = seconds - days * DAY_SECONDS
      let end = putDate(out, pos, days)
      end = putInt8(out, end, 84)
      end = putPart(out, end, { value: Math.floor(second / 3600), mark: 58 })
      end = putPart(out, end, { value: Math.floor(second / 60) % 60, mark: 58 })
      end = putPart(out, end, { value: second % 60, mark: 46 })
      end = putDigits(out, end, { value: micros - seconds * 1_000_000, digits: 6 })
      return putInt8(out, end, 90)
    },
    sql: `to_char(timestamp '2000-01-01' + ${sql} * interval '1 microsecond', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`,
  }
}

/** Two digits and what stands behind them. */
function putPart(out: DataView, pos: number, { value, mark }: { value: number; mark: number }): number {
  return putInt8(out, putDigits(out, pos, { value, digits: 2 }), mark)
}

/** Days since 2000-01-01 as year, month and day; years begin in March, so that leap days are the last of theirs. */
function putDate(out: DataView, pos: number, days: number): number {
  const day = days + 730_425
  const era = Math.floor(day / 146_097)
  const ofEra = day - era * 146_097
  const year = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  )
  const ofYear = ofEra - (365 * year + Math.floor(year / 4) - Math.floor(year / 100))
  const march = Math.floor((5 * ofYear + 2) / 153)
  const month = march < 10 ? march + 3 : march - 9
  let end = putDigits(out, pos, { value: era * 400 + year + (month <= 2 ? 1 : 0), digits: 4 })
  end = putInt8(out, end, 45)
  end = putPart(out, end, { value: month, mark: 45 })
  return putDigits(out, end, { value: ofYear - Math.floor((153 * march + 2) / 5) + 1, digits: 2 })
}
