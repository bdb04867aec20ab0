import { putInt32 } from '../bytes.ts'
import { hashHigh, hashIndex } from '../hash.ts'
import { evenSql } from '../stream.ts'
import type { Generator } from './generator.ts'
import { timeOrdered } from './uuid-time.ts'

/** Random UUIDs of version 4: 122 random bits. Of version 7, which begin with a time: see there. */
export const uuid: Generator = {
  kind: 'uuid',
  compile(options, context) {
    const version = options.get('version') ?? 4
    if (version === 7) return timeOrdered(options, context)
    if (version !== 4) options.fail(`version must be 4 or 7, not ${JSON.stringify(version)}`)
    const [first, second] = [context.stream('0'), context.stream('1')]
    const states = [first.state, second.state] as const
    return {
      kind: 'uuid',
      write(low, out, pos) {
        const second32 = hashIndex(states[0], low)
        putInt32(out, pos, hashHigh() ^ second32)
        putInt32(out, pos + 4, (second32 & 0xffff0fff) | 0x4000)
        const fourth32 = hashIndex(states[1], low)
        putInt32(out, pos + 8, ((hashHigh() ^ fourth32) & 0x3fffffff) | 0x80000000)
        return putInt32(out, pos + 12, fourth32)
      },
      sql: `encode(int8send(${evenSql(first)} & -61441 | 16384) || int8send(${evenSql(second)} & 4611686018427387903 | '-9223372036854775808'::bigint), 'hex')::uuid`,
    }
  },
}
