import { getInt64, newBytes, OVERRUN } from '../bytes.ts'
import {
  hashBytes,
  hashHigh,
  hashIndex,
  hashInt8,
  madeHash,
  type SeedState,
  seedState,
  type Words,
} from '../hash.ts'
import type { PgType, PgTypeName } from '../pg-type.ts'
import { EPOCH_2000 } from '../types/time.ts'

/** What hash partitioning seeds its hashes with (HASH_PARTITION_SEED): 0x7A5B22367996DCFD. */
const SEED: Words = Object.freeze({ high: 0x7a5b2236, low: 0x7996dcfd | 0 })
const SEED_STATE: SeedState = seedState(SEED)

/** A value of the key as it is compared: a number, or the bytes of a text or UUID. */
export type Constant = number | Uint8Array

/** One column of a partition key: holds the value of the row that was loaded last. */
export interface KeyPart {
  readonly isNull: boolean
  load(low: number): void
  /** Below 0 where the value stands before the constant. */
  compare(constant: Constant): number
  /** A number that equal values share: itself for numbers. */
  digest(): number
  /** The server's extended hash for partitions; returns the lower half, the upper one is in hashHigh(). */
  hash(): number
  /** What the server prints of a constant of this type as something to compare with; undefined where it cannot be read. */
  parse(text: string): Constant | undefined
  /** digest() of a constant. */
  digestOf(constant: Constant): number
}

export interface KeyColumn {
  readonly type: PgType
  readonly maxBytes: number
  readonly write: (low: number, out: DataView, pos: number) => number
  readonly isNull: ((low: number) => boolean) | undefined
}

interface NumberKind {
  read(bytes: DataView): number
  hash(bytes: DataView, length: number): number
  parse(text: string): number | undefined
}

/** Undefined for types whose values are not routed here. */
export function openKeyPart(column: KeyColumn): KeyPart | undefined {
  const { name } = column.type
  if (name === 'text' || name === 'varchar' || name === 'uuid') return bytesPart(column, name)
  const kind = name === 'numeric' ? numericKind(column) : NUMBERS[name]
  return kind === undefined ? undefined : numberPart(column, kind)
}

function numberPart({ maxBytes, write, isNull }: KeyColumn, kind: NumberKind): KeyPart {
  const bytes = newBytes(maxBytes + OVERRUN)
  let value = 0
  let length = 0
  let none = false
  return {
    get isNull() {
      return none
    },
    load(low) {
      none = isNull?.(low) === true
      if (none) return
      length = write(low, bytes, 0)
      value = kind.read(bytes)
    },
    compare: (constant) => value - (constant as number),
    digest: () => value,
    digestOf: (constant) => constant as number,
    hash: () => kind.hash(bytes, length),
    parse: kind.parse,
  }
}

function bytesPart({ maxBytes, write, isNull }: KeyColumn, name: PgTypeName): KeyPart {
  const bytes = newBytes(maxBytes + OVERRUN)
  const array = new Uint8Array(bytes.buffer)
  let length = 0
  let none = false
  return {
    get isNull() {
      return none
    },
    load(low) {
      none = isNull?.(low) === true
      if (!none) length = write(low, bytes, 0)
    },
    compare: (constant) => compareBytes(array, length, constant as Uint8Array),
    digest: () => hashBytes(bytes, 0, length),
    digestOf: (constant) => {
      const { buffer, byteOffset, byteLength } = constant as Uint8Array
      return hashBytes(new DataView(buffer, byteOffset, byteLength), 0, byteLength)
    },
    hash: () => hashBytes(bytes, 0, length, SEED),
    parse: (text) => (name === 'uuid' ? uuidBytes(text) : new TextEncoder().encode(text)),
  }
}

/** memcmp(), then the shorter one first. */
function compareBytes(a: Uint8Array, length: number, b: Uint8Array): number {
  const common = Math.min(length, b.length)
  for (let k = 0; k < common; k++) {
    if (a[k] !== b[k]) return a[k]! - b[k]!
  }
  return length - b.length
}

function uuidBytes(text: string): Uint8Array | undefined {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)
    ? new Uint8Array(Buffer.from(text.replaceAll('-', ''), 'hex'))
    : undefined
}

const hash32 = (value: number) => hashIndex(SEED_STATE, value)
const hash64 = (bytes: DataView) => hashInt8(SEED_STATE, bytes.getInt32(0), bytes.getInt32(4))

function parseNumber(text: string): number | undefined {
  const value = Number(text)
  return text.trim() === '' || Number.isNaN(value) ? undefined : value
}

const scratch = newBytes(64)

const NUMBERS: Partial<Record<PgTypeName, NumberKind>> = {
  int2: {
    read: (bytes) => bytes.getInt16(0),
    hash: (bytes) => hash32(bytes.getInt16(0)),
    parse: parseNumber,
  },
  int4: {
    read: (bytes) => bytes.getInt32(0),
    hash: (bytes) => hash32(bytes.getInt32(0)),
    parse: parseNumber,
  },
  int8: { read: (bytes) => getInt64(bytes, 0), hash: hash64, parse: parseNumber },
  bool: {
    read: (bytes) => bytes.getInt8(0),
    hash: (bytes) => hash32(bytes.getInt8(0)),
    parse: (text) => ({ true: 1, false: 0 })[text],
  },
  date: {
    read: (bytes) => bytes.getInt32(0),
    hash: (bytes) => hash32(bytes.getInt32(0)),
    parse(text) {
      const micros = parseTime(text)
      return micros === undefined ? undefined : micros / 86_400_000_000
    },
  },
  timestamp: { read: (bytes) => getInt64(bytes, 0), hash: hash64, parse: parseTime },
  timestamptz: { read: (bytes) => getInt64(bytes, 0), hash: hash64, parse: parseTime },
  float8: {
    read: (bytes) => bytes.getFloat64(0),
    hash(bytes) {
      const value = bytes.getFloat64(0)
      // Both zeros hash to the seed itself.
      if (value === 0) return madeHash(SEED.high, SEED.low)
      scratch.setFloat64(0, value, true)
      return hashBytes(scratch, 0, 8, SEED)
    },
    parse: (text) => (text === 'NaN' ? undefined : parseNumber(text)),
  },
}

const TIME = /^(\d{4,6})-(\d\d)-(\d\d)(?: (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(?:\+00)?)?( BC)?$/

/** Microseconds since 2000 of what the server prints with TimeZone UTC, DateStyle ISO. */
function parseTime(text: string): number | undefined {
  if (text === 'infinity') return Number.POSITIVE_INFINITY
  if (text === '-infinity') return Number.NEGATIVE_INFINITY
  const match = TIME.exec(text)
  if (!match) return undefined
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', bc] = match
  const date = new Date(0)
  date.setUTCFullYear(bc ? 1 - Number(year) : Number(year), Number(month) - 1, Number(day))
  date.setUTCHours(Number(hour), Number(minute), Number(second))
  // Rounded before 1714 and after 2285, where no generator's values are.
  const micros = date.getTime() * 1000 + Number(fraction.padEnd(6, '0')) - EPOCH_2000
  return Number.isNaN(micros) ? undefined : micros
}

/** Numbers of a fixed number of decimal places, as whole units of the last one. */
function numericKind({ type, maxBytes, write }: KeyColumn): NumberKind | undefined {
  const probe = newBytes(maxBytes + OVERRUN)
  write(1, probe, 0)
  // All values of one generator show as many places.
  const places = type.modifiers.length > 0 ? (type.modifiers[1] ?? 0) : probe.getInt16(6)
  return {
    read: (bytes) => numericUnits(bytes, places),
    hash: hashNumeric,
    parse: (text) => parseUnits(text, places),
  }
}

const NEGATIVE = 0x4000

/** Exact where the units are safe integers, which those of generators are. */
function numericUnits(bytes: DataView, places: number): number {
  const count = bytes.getInt16(0)
  const weight = bytes.getInt16(2)
  let units = 0
  for (let k = 0; k < count; k++) {
    const exponent = 4 * (weight - k) + places
    const digits = bytes.getInt16(8 + 2 * k)
    units += exponent >= 0 ? digits * 10 ** exponent : digits / 10 ** -exponent
  }
  return bytes.getInt16(4) === NEGATIVE ? -units : units
}

/** Between two units stands what has more places: it equals nothing and is compared rightly. */
function parseUnits(text: string, places: number): number | undefined {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text)
  if (!match) return undefined
  const [, sign, whole, fraction = ''] = match
  const kept = Number(`${whole}${fraction.slice(0, places).padEnd(places, '0')}`)
  const units = /[1-9]/.test(fraction.slice(places)) ? kept + 0.5 : kept
  return sign === '-' ? -units : units
}

/** hash_numeric_extended(): the digits without zeros around them, and their weight. */
function hashNumeric(bytes: DataView): number {
  const count = bytes.getInt16(0)
  // Zero: the seed less one.
  if (count === 0) return madeHash(SEED.high, SEED.low - 1)
  for (let k = 0; k < count; k++) scratch.setInt16(2 * k, bytes.getInt16(8 + 2 * k), true)
  const low = hashBytes(scratch, 0, 2 * count, SEED)
  const weight = bytes.getInt16(2)
  return madeHash(hashHigh() ^ (weight < 0 ? -1 : 0), low ^ weight)
}
