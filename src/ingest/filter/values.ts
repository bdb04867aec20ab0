import type { Family } from './condition.ts'

/**
 * A value of a field, from its bytes; NaN for what the server may read in another way, or not at all. It is better to ask the server once too
 * often: only what is surely another value may be left out.
 */
export type ReadNumber = (bytes: Buffer, from: number, to: number) => number

export const READERS: Readonly<Record<Exclude<Family, 'text'>, ReadNumber>> = {
  integer: readInteger,
  float: readFloat,
  date: readDate,
  timestamp: (bytes, from, to) => readTimestamp(bytes, { from, to, zone: false }),
  timestamptz: (bytes, from, to) => readTimestamp(bytes, { from, to, zone: true }),
}

const ZERO = 0x30
const MINUS = 0x2d
const PLUS = 0x2b

function readInteger(bytes: Buffer, from: number, to: number): number {
  const first = bytes[from]
  const at = first === MINUS || first === PLUS ? from + 1 : from
  if (to - at > 15) return Number.NaN
  const value = readDigits(bytes, at, to)
  return first === MINUS ? -value : value
}

/** NaN when there is no digit, or anything else. */
function readDigits(bytes: Buffer, from: number, to: number): number {
  if (from >= to) return Number.NaN
  let value = 0
  for (let i = from; i < to; i++) {
    const digit = bytes[i]! - ZERO
    if (digit < 0 || digit > 9) return Number.NaN
    value = value * 10 + digit
  }
  return value
}

const DECIMAL = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/

function readFloat(bytes: Buffer, from: number, to: number): number {
  const text = bytes.toString('latin1', from, to)
  if (!DECIMAL.test(text)) return Number.NaN
  const value = Number(text)
  // The server refuses what is too large, and may refuse what is too small.
  const extreme = !Number.isFinite(value) || (value !== 0 && Math.abs(value) < 1e-300)
  return extreme || (value === 0 && /[1-9]/.test(text.replace(/e.*/i, ''))) ? Number.NaN : value
}

const DAY = 86_400_000_000
const DAYS_TO_2000 = 10_957
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** 2025-03-01, whatever DateStyle is: a year of four digits comes first. */
function readDate(bytes: Buffer, from: number, to: number): number {
  if (to - from !== 10 || bytes[from + 4] !== MINUS || bytes[from + 7] !== MINUS) return Number.NaN
  const year = readDigits(bytes, from, from + 4)
  const month = readDigits(bytes, from + 5, from + 7)
  const day = readDigits(bytes, from + 8, to)
  if (!(year >= 1900 && year <= 2200 && month >= 1 && month <= 12 && day >= 1)) return Number.NaN
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  if (day > MONTH_DAYS[month - 1]! + (leap ? 1 : 0)) return Number.NaN
  return (Date.UTC(year, month - 1, day) / 86_400_000 - DAYS_TO_2000) * DAY
}

/** 2025-03-01 12:30:00.5+01: with a zone, or the session’s would count. */
function readTimestamp(
  bytes: Buffer,
  { from, to, zone }: { from: number; to: number; zone: boolean },
): number {
  const date = readDate(bytes, from, Math.min(to, from + 10))
  const separator = bytes[from + 10]
  if (Number.isNaN(date) || to - from < 19 || (separator !== 0x20 && separator !== 0x54)) return Number.NaN
  if (bytes[from + 13] !== 0x3a || bytes[from + 16] !== 0x3a) return Number.NaN
  const hour = readDigits(bytes, from + 11, from + 13)
  const minute = readDigits(bytes, from + 14, from + 16)
  const second = readDigits(bytes, from + 17, from + 19)
  if (!(hour <= 23 && minute <= 59 && second <= 59)) return Number.NaN
  const rest = readFraction(bytes, from + 19, to)
  const offset = zone ? readZone(bytes, rest.at, to) : rest.at === to ? 0 : Number.NaN
  return date + ((hour * 60 + minute) * 60 + second) * 1_000_000 + rest.micros - offset
}

function readFraction(bytes: Buffer, from: number, to: number): { at: number; micros: number } {
  if (bytes[from] !== 0x2e || from >= to) return { at: from, micros: 0 }
  let at = from + 1
  while (at < to && bytes[at]! >= ZERO && bytes[at]! <= ZERO + 9) at++
  const digits = at - from - 1
  const micros =
    digits >= 1 && digits <= 6 ? readDigits(bytes, from + 1, at) * 10 ** (6 - digits) : Number.NaN
  return { at, micros }
}

/** Microseconds east of Greenwich: Z, +01, +0130, +01:30. */
function readZone(bytes: Buffer, from: number, to: number): number {
  const sign = bytes[from]
  if (sign === 0x5a && to - from === 1) return 0
  if (sign !== PLUS && sign !== MINUS) return Number.NaN
  const hours = readDigits(bytes, from + 1, Math.min(to, from + 3))
  const minutes =
    to - from === 3
      ? 0
      : to - from === 5
        ? readDigits(bytes, from + 3, to)
        : to - from === 6 && bytes[from + 3] === 0x3a
          ? readDigits(bytes, from + 4, to)
          : Number.NaN
  if (!(hours <= 14 && minutes <= 59)) return Number.NaN
  return (sign === MINUS ? -1 : 1) * (hours * 60 + minutes) * 60_000_000
}
