/**
 * hashint8extended() and hashtextextended() of PostgreSQL 11 and later, in 32-bit halves: no BigInt, no allocation.
 * Hash partitioning stores what they return, so they cannot change between versions.
 * Source: src/common/hashfn.c (Bob Jenkins' lookup3). Little-endian servers for text; integers do not depend on it.
 */

/** 64 bits as two signed 32-bit integers. */
export interface Words {
  readonly high: number
  readonly low: number
}

/** The state after the seed has been mixed in: it depends on the seed only, so it is computed once for a column. */
export interface SeedState {
  readonly a: number
  readonly b: number
  readonly c: number
}

const GOLDEN = 0x9e3779b9 + 3923095

let high = 0

/** The upper 32 bits (signed) of the last hash; every hash function here returns the lower ones, the better mixed. */
export function hashHigh(): number {
  return high
}

/** For nulls, whose hash is 0. */
export function noHash(): number {
  return madeHash(0, 0)
}

/** For hashes that are put together elsewhere. */
export function madeHash(upper: number, lower: number): number {
  high = upper
  return lower
}

let a = 0
let b = 0
let c = 0

function rol(x: number, k: number): number {
  return (x << k) | (x >>> (32 - k))
}

function mix(): void {
  a = ((a - c) | 0) ^ rol(c, 4)
  c = (c + b) | 0
  b = ((b - a) | 0) ^ rol(a, 6)
  a = (a + c) | 0
  c = ((c - b) | 0) ^ rol(b, 8)
  b = (b + a) | 0
  a = ((a - c) | 0) ^ rol(c, 16)
  c = (c + b) | 0
  b = ((b - a) | 0) ^ rol(a, 19)
  a = (a + c) | 0
  c = ((c - b) | 0) ^ rol(b, 4)
  b = (b + a) | 0
}

function final(x: number, y: number, z: number): number {
  let p = x
  let q = y
  let r = z
  r = ((r ^ q) - rol(q, 14)) | 0
  p = ((p ^ r) - rol(r, 11)) | 0
  q = ((q ^ p) - rol(p, 25)) | 0
  r = ((r ^ q) - rol(q, 16)) | 0
  p = ((p ^ r) - rol(r, 4)) | 0
  q = ((q ^ p) - rol(p, 14)) | 0
  r = ((r ^ q) - rol(q, 24)) | 0
  high = q
  return r
}

function begin(length: number, seed: Words): void {
  a = (GOLDEN + length) | 0
  b = a
  c = a
  if (seed.high !== 0 || seed.low !== 0) {
    a = (a + seed.high) | 0
    b = (b + seed.low) | 0
    mix()
  }
}

export function seedState(seed: Words): SeedState {
  begin(4, seed)
  return Object.freeze({ a, b, c })
}

/** Hashes a number from 0 to 2^32 - 1 given as the bits of `k`: the upper half of the 64-bit value is zero. */
export function hashIndex(state: SeedState, k: number): number {
  return final((state.a + k) | 0, state.b, state.c)
}

/**
 * Hashes any 64-bit integer. The server folds the halves together first: 0 and 4294967297 collide, as 1 and 4294967296 do.
 */
export function hashInt8(state: SeedState, upper: number, lower: number): number {
  return hashIndex(state, lower ^ (upper >= 0 ? upper : ~upper))
}

/** What hashtextextended(x collate "C", seed) and the hashes of uuid and float8 do with the value's bytes. */
export function hashBytes(bytes: DataView, from: number, length: number, seed: Words = ZERO): number {
  begin(length, seed)
  let [x, y, z] = [a, b, c]
  let p = from
  let left = length
  for (; left >= 12; left -= 12, p += 12) {
    x = (x + bytes.getInt32(p, true)) | 0
    y = (y + bytes.getInt32(p + 4, true)) | 0
    z = (z + bytes.getInt32(p + 8, true)) | 0
    // mix(), on variables of this function: a third of the time.
    x = ((x - z) | 0) ^ rol(z, 4)
    z = (z + y) | 0
    y = ((y - x) | 0) ^ rol(x, 6)
    x = (x + z) | 0
    z = ((z - y) | 0) ^ rol(y, 8)
    y = (y + x) | 0
    x = ((x - z) | 0) ^ rol(z, 16)
    z = (z + y) | 0
    y = ((y - x) | 0) ^ rol(x, 19)
    x = (x + z) | 0
    z = ((z - y) | 0) ^ rol(y, 4)
    y = (y + x) | 0
  }
  if (left >= 4) x = (x + bytes.getInt32(p, true)) | 0
  else for (let k = left - 1; k >= 0; k--) x = (x + (bytes.getUint8(p + k) << (k * 8))) | 0
  if (left >= 8) y = (y + bytes.getInt32(p + 4, true)) | 0
  else for (let k = left - 1; k >= 4; k--) y = (y + (bytes.getUint8(p + k) << ((k - 4) * 8))) | 0
  // The lowest byte of z is reserved for the length.
  for (let k = left - 1; k >= 8; k--) z = (z + (bytes.getUint8(p + k) << ((k - 7) * 8))) | 0
  return final(x, y, z)
}

const ZERO: Words = Object.freeze({ high: 0, low: 0 })

const utf8 = new TextEncoder()

export function hashText(text: string, seed: Words): Words {
  const bytes = utf8.encode(text)
  const low = hashBytes(new DataView(bytes.buffer, bytes.byteOffset), 0, bytes.length, seed)
  return Object.freeze({ high, low })
}

/** A safe integer, negative ones in two's complement. */
export function wordsOf(value: number): Words {
  return Object.freeze({ high: Math.floor(value / 4294967296) | 0, low: value | 0 })
}

/** As the server prints it: a signed 64-bit integer. Not for hot loops. */
export function toInt64(words: Words): bigint {
  return BigInt.asIntN(64, (BigInt(words.high) << 32n) | BigInt(words.low >>> 0))
}
