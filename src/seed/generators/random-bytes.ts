import { putInt32 } from '../bytes.ts'
import { hashHigh, hashIndex } from '../hash.ts'
import type { Generator } from './generator.ts'
import { uniform } from './int.ts'

const MAX_LENGTH = 1024

/** `min` to `max` random bytes, each length equally often; 8 of each hash. */
export const bytes: Generator = {
  kind: 'bytes',
  compile(options, context) {
    const max = options.integer('max', { min: 0, max: MAX_LENGTH })
    const min = options.integer('min', { min: 0, max, fallback: max })
    const streams = Array.from({ length: Math.max(1, Math.ceil(max / 8)) }, (_, k) =>
      context.stream(String(k)),
    )
    const states = streams.map((stream) => stream.state)
    const length = uniform(context.stream('length'), { min, max })
    const sent = streams.map((stream) => `int8send(${stream.sql})`).join(' || ')
    return {
      kind: 'bytes',
      // Whole hashes are written, also where the last of them is cut.
      maxBytes: 8 * states.length,
      write(low, out, pos) {
        const count = length.at(low)
        for (let k = 0, end = pos; 8 * k < count; k++) {
          const word = hashIndex(states[k]!, low)
          end = putInt32(out, putInt32(out, end, hashHigh()), word)
        }
        return pos + count
      },
      sql: `substr(${sent}, 1, (${length.sql})::int)`,
    }
  },
}
