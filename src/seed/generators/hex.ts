import { newBytes, putHex32 } from '../bytes.ts'
import { hashHigh, hashIndex } from '../hash.ts'
import { inline } from '../inline.ts'
import type { Generator } from './generator.ts'

const scratch = newBytes(16)

/** Random hexadecimal digits, 16 of each hash: what md5(random()::text) looks like, at a hundredth of its cost. */
export const hex: Generator = {
  kind: 'hex',
  compile(options, context) {
    const length = options.integer('length', { min: 1, max: 1024 })
    const streams = Array.from({ length: Math.ceil(length / 16) }, (_, k) => context.stream(String(k)))
    const states = streams.map((stream) => stream.state)
    const whole = Math.floor(length / 16)
    const rest = length - whole * 16
    return {
      kind: 'text',
      maxBytes: length,
      write: inline`(low, out, pos) => {
        let end = pos
        for (let k = 0; k < ${whole}; k++) {
          const word = ${hashIndex}(${states}[k], low)
          end = ${putHex32}(out, ${putHex32}(out, end, ${hashHigh}()), word)
        }
        if (${rest} === 0) return end
        const word = ${hashIndex}(${states}[${whole}], low)
        ${putHex32}(${scratch}, ${putHex32}(${scratch}, 0, ${hashHigh}()), word)
        for (let k = 0; k < ${rest}; k++) out.setInt8(end + k, ${scratch}.getInt8(k))
        return end + ${rest}
      }`,
      sql: sqlOf(
        streams.map((stream) => stream.sql),
        length,
      ),
    }
  },
}

/** Through bytea: lpad(to_hex(…)) costs ten times as much. */
function sqlOf(hashes: readonly string[], length: number): string {
  const digits = `encode(${hashes.map((hash) => `int8send(${hash})`).join(' || ')}, 'hex')`
  return length % 16 === 0 ? digits : `left(${digits}, ${length})`
}
