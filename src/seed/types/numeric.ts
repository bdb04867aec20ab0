import { asArray, newBytes, putDecimal, putDigits, putInt8, putInt16 } from '../bytes.ts'
import { hashBytes, noHash } from '../hash.ts'
import { inline } from '../inline.ts'
import type { Source } from '../source.ts'
import type { Codec } from './codec.ts'

/** Units of 10^-scale. Whole numbers have scale 0. */
interface Decimals {
  readonly scale: number
  readonly min: number
  readonly max: number
  readonly at: (low: number) => number
  readonly sql: string
}

function decimalsOf(source: Source): Decimals | undefined {
  if (source.kind === 'decimal') return { ...source, at: source.at }
  return source.kind === 'int' ? { ...source, at: source.at, scale: 0 } : undefined
}

const NEGATIVE = 0x4000
const MAX_GROUPS = 10

export const numeric: Codec = {
  encoder(source, type) {
    const decimals = decimalsOf(source)
    if (decimals === undefined) return undefined
    const [precision, scale = precision === undefined ? decimals.scale : 0] = type.modifiers
    const problem = precision === undefined ? undefined : misfit(decimals, { precision, scale })
    if (problem !== undefined) return problem
    const { at } = decimals
    const layout = layoutOf(decimals.scale, scale)
    return {
      maxBytes: 8 + 2 * MAX_GROUPS,
      write: inline`(low, out, pos) => ${putNumeric}(out, pos, { value: ${at}(low), layout: ${layout} })`,
      sql: `${numericSql(decimals)}::${type.sql}`,
    }
  },
  text: (bytes, pos) => utf8.decode(asArray(printed, 0, printNumeric(bytes, pos))),
  // The server's own hash of numeric ignores the sign.
  hash(bytes, pos) {
    return hashBytes(printed, 0, printNumeric(bytes, pos))
  },
  hashSql: (column) => `${column}::text collate "C"`,
}

const utf8 = new TextDecoder()

function misfit(decimals: Decimals, column: { precision: number; scale: number }): string | undefined {
  if (decimals.scale > column.scale)
    return `${decimals.scale} decimal places, and the column keeps ${column.scale}`
  const largest = Math.max(Math.abs(decimals.min), Math.abs(decimals.max)) / 10 ** decimals.scale
  if (largest < 10 ** (column.precision - column.scale)) return undefined
  return `values up to ${largest}, and numeric(${column.precision}, ${column.scale}) has ${column.precision - column.scale} digits before the point`
}

/** 1234::numeric * 0.01 is 12.34 exactly; a division would add digits. */
export function numericSql({ sql, scale }: Pick<Decimals, 'sql' | 'scale'>): string {
  return scale === 0 ? `${sql}::numeric` : `(${sql}::numeric * 0.${'0'.repeat(scale - 1)}1)`
}

interface Layout {
  /** 10^scale of the value. */
  readonly unit: number
  /** What fills the last group of four decimal places up. */
  readonly pad: number
  readonly fractionGroups: number
  /** Decimal places shown. */
  readonly shown: number
}

function layoutOf(scale: number, shown: number): Layout {
  const fractionGroups = Math.ceil(scale / 4)
  return { unit: 10 ** scale, pad: 10 ** (fractionGroups * 4 - scale), fractionGroups, shown }
}

const groups = new Int32Array(MAX_GROUPS)

/** Groups of four decimal digits, the first with its weight; zero groups at both ends are left out. */
function putNumeric(
  out: DataView,
  pos: number,
  { value, layout }: { value: number; layout: Layout },
): number {
  const { unit, pad, fractionGroups, shown } = layout
  const size = Math.abs(value)
  const whole = Math.floor(size / unit)
  let count = MAX_GROUPS
  let rest = (size - whole * unit) * pad
  for (let k = 0; k < fractionGroups; k++) {
    const next = Math.floor(rest / 10000)
    groups[--count] = rest - next * 10000
    rest = next
  }
  for (let left = whole; left > 0; ) {
    const next = Math.floor(left / 10000)
    groups[--count] = left - next * 10000
    left = next
  }
  let first = count
  let last = MAX_GROUPS - 1
  while (last >= first && groups[last] === 0) last--
  while (first <= last && groups[first] === 0) first++
  putInt16(out, pos, last - first + 1)
  putInt16(out, pos + 2, last < first ? 0 : MAX_GROUPS - 1 - fractionGroups - first)
  putInt16(out, pos + 4, value < 0 ? NEGATIVE : 0)
  putInt16(out, pos + 6, shown)
  let end = pos + 8
  for (let k = first; k <= last; k++) end = putInt16(out, end, groups[k]!)
  return end
}

/** Room for 10 groups on each side of the point. */
const printed = newBytes(100)

/** Prints the number into `printed`; returns its length. */
function printNumeric(bytes: DataView, pos: number): number {
  const count = bytes.getInt16(pos)
  const weight = bytes.getInt16(pos + 2)
  const shown = bytes.getInt16(pos + 6)
  const group = (w: number) =>
    w <= weight && w > weight - count ? bytes.getInt16(pos + 8 + 2 * (weight - w)) : 0
  let end = 0
  if (bytes.getInt16(pos + 4) === NEGATIVE) end = putInt8(printed, end, 45)
  end = putDecimal(printed, end, weight < 0 ? 0 : group(weight))
  for (let w = weight - 1; w >= 0; w--) end = putDigits(printed, end, { value: group(w), digits: 4 })
  if (shown === 0) return end
  end = putInt8(printed, end, 46)
  const last = end + shown
  for (let w = -1; end < last; w--) end = putDigits(printed, end, { value: group(w), digits: 4 })
  return last
}

const scratch = newBytes(8)

export const float8: Codec = {
  encoder(source) {
    const decimals = decimalsOf(source)
    if (decimals === undefined) return undefined
    const { at } = decimals
    const unit = 10 ** decimals.scale
    return {
      maxBytes: 8,
      write: inline`(low, out, pos) => {
        out.setFloat64(pos, ${at}(low) / ${unit})
        return pos + 8
      }`,
      // Both operands are exact, so IEEE 754 division gives the same bits on both sides.
      sql: `(${decimals.sql}::float8 / ${unit}::float8)`,
    }
  },
  text: (bytes, pos) => floatText(bytes.getFloat64(pos)),
  hash(bytes, pos) {
    // Zero has no hash of its own: the server returns the seed, which is 0.
    const value = bytes.getFloat64(pos)
    if (value === 0) return noHash()
    // The server hashes the bytes as they lie in its memory.
    scratch.setFloat64(0, value, true)
    return hashBytes(scratch, 0, 8)
  },
  hashSql: (column) => column,
}

/** The shortest digits that give the number back, as the server prints them: 0.5, 1e-05, 1e+15. */
function floatText(value: number): string {
  const size = Math.abs(value)
  if (size === 0 || (size >= 1e-4 && size < 1e15)) return String(value)
  return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2')
}
