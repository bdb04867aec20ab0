import { newBytes } from '../bytes.ts'
import { hashBytes, noHash } from '../hash.ts'
import { inline } from '../inline.ts'
import type { Codec } from './codec.ts'
import { decimalsOf } from './numeric.ts'

const scratch = newBytes(8)

export const float4: Codec = {
  encoder(source) {
    const decimals = decimalsOf(source)
    if (decimals === undefined) return undefined
    const unit = 10 ** decimals.scale
    return {
      maxBytes: 4,
      write: inline`(low, out, pos) => {
        out.setFloat32(pos, ${decimals.at}(low) / ${unit})
        return pos + 4
      }`,
      // The division has the same bits on both sides, as for double precision, and both then round to the nearest.
      sql: `(${decimals.sql}::float8 / ${unit}::float8)::float4`,
    }
  },
  text: (bytes, pos) => realText(bytes.getFloat32(pos)),
  hash(bytes, pos) {
    const value = bytes.getFloat32(pos)
    if (value === 0) return noHash()
    // The server hashes it as a double precision, so that equal numbers of both types have one hash.
    scratch.setFloat64(0, value, true)
    return hashBytes(scratch, 0, 8)
  },
  hashSql: (column) => column,
}

/** The shortest digits that give the number back, as the server prints them: 0.5, 1e-05, 1e+06. */
function realText(value: number): string {
  if (value === 0) return '0'
  const [digits, exponent] = shortest(Math.abs(value))
  const sign = value < 0 ? '-' : ''
  if (exponent >= -4 && exponent < 6) return `${sign}${fixed(digits, exponent)}`
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : ''
  const power = String(Math.abs(exponent)).padStart(2, '0')
  return `${sign}${digits[0]}${fraction}e${exponent < 0 ? '-' : '+'}${power}`
}

/** Digits and the exponent of the first of them, for a value above 0. */
function shortest(value: number): readonly [digits: string, exponent: number] {
  const [below, above] = [neighbour(value, -1), neighbour(value, 1)]
  for (let places = 0; ; places++) {
    const text = value.toExponential(places)
    // On the border itself the server looks for more digits.
    if (places < 8 && !(Number(text) > (below + value) / 2 && Number(text) < (value + above) / 2)) continue
    const [mantissa = '', exponent] = text.split('e')
    const digits = mantissa.replace('.', '').replace(/0+$/, '')
    return [digits === '' ? '0' : digits, Number(exponent)]
  }
}

/** The next number of 32 bits. */
function neighbour(value: number, step: 1 | -1): number {
  scratch.setFloat32(0, value)
  scratch.setInt32(0, scratch.getInt32(0) + step)
  return scratch.getFloat32(0)
}

function fixed(digits: string, exponent: number): string {
  if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${digits}`
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0')
  return digits.length > exponent + 1 ? `${whole}.${digits.slice(exponent + 1)}` : whole
}
