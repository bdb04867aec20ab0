/** Small writers over a byte array; each returns the position behind what it wrote. Integers are big-endian. */

export function putInt16(out: Uint8Array, pos: number, value: number): number {
  out[pos] = value >> 8
  out[pos + 1] = value
  return pos + 2
}

export function putInt32(out: Uint8Array, pos: number, value: number): number {
  out[pos] = value >>> 24
  out[pos + 1] = value >>> 16
  out[pos + 2] = value >>> 8
  out[pos + 3] = value
  return pos + 4
}

/** A safe integer as 8 bytes. */
export function putInt64(out: Uint8Array, pos: number, value: number): number {
  putInt32(out, pos, Math.floor(value / 4294967296))
  return putInt32(out, pos + 4, value | 0)
}

export function getInt16(bytes: Uint8Array, pos: number): number {
  return ((bytes[pos]! << 24) >> 16) | bytes[pos + 1]!
}

export function getInt32(bytes: Uint8Array, pos: number): number {
  return (bytes[pos]! << 24) | (bytes[pos + 1]! << 16) | (bytes[pos + 2]! << 8) | bytes[pos + 3]!
}

/** 8 bytes that hold a safe integer. */
export function getInt64(bytes: Uint8Array, pos: number): number {
  return getInt32(bytes, pos) * 4294967296 + (getInt32(bytes, pos + 4) >>> 0)
}

const HEX = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0))

/** 8 bits as 2 lower-case digits. */
export function putHex8(out: Uint8Array, pos: number, byte: number): number {
  out[pos] = HEX[byte >>> 4]!
  out[pos + 1] = HEX[byte & 15]!
  return pos + 2
}

/** 32 bits as 8 lower-case digits. Unrolled: this is the hottest loop of a load. */
export function putHex32(out: Uint8Array, pos: number, word: number): number {
  out[pos] = HEX[word >>> 28]!
  out[pos + 1] = HEX[(word >>> 24) & 15]!
  out[pos + 2] = HEX[(word >>> 20) & 15]!
  out[pos + 3] = HEX[(word >>> 16) & 15]!
  out[pos + 4] = HEX[(word >>> 12) & 15]!
  out[pos + 5] = HEX[(word >>> 8) & 15]!
  out[pos + 6] = HEX[(word >>> 4) & 15]!
  out[pos + 7] = HEX[word & 15]!
  return pos + 8
}

/** A safe integer as decimal digits. */
export function putDecimal(out: Uint8Array, pos: number, value: number): number {
  if (value < 0) {
    out[pos] = 45
    return putDigits(out, pos + 1, { value: -value, digits: digitsOf(-value) })
  }
  return putDigits(out, pos, { value, digits: digitsOf(value) })
}

export function digitsOf(value: number): number {
  let digits = 1
  for (let power = 10; power <= value; power *= 10) digits++
  return digits
}

/** The lowest `digits` decimal digits, with leading zeros. */
export function putDigits(
  out: Uint8Array,
  pos: number,
  { value, digits }: { value: number; digits: number },
): number {
  if (value <= 0x7fffffff) return putSmall(out, pos, { value, digits })
  let rest = value
  for (let p = pos + digits - 1; p >= pos; p--) {
    const next = Math.floor(rest / 10)
    out[p] = 48 + rest - next * 10
    rest = next
  }
  return pos + digits
}

/** The same below 2^31, where the division becomes a multiplication of integers. */
function putSmall(
  out: Uint8Array,
  pos: number,
  { value, digits }: { value: number; digits: number },
): number {
  let rest = value | 0
  for (let p = pos + digits - 1; p >= pos; p--) {
    const next = (rest / 10) | 0
    out[p] = 48 + rest - next * 10
    rest = next
  }
  return pos + digits
}

export function putBytes(out: Uint8Array, pos: number, bytes: Uint8Array): number {
  const { length } = bytes
  if (length > 64) {
    out.set(bytes, pos)
    return pos + length
  }
  for (let k = 0; k < length; k++) out[pos + k] = bytes[k]!
  return pos + length
}

const utf8 = new TextEncoder()

export function utf8Bytes(text: string): Uint8Array {
  return utf8.encode(text)
}
