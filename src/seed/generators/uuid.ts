import { hashHigh, hashIndex } from '../hash.ts'
import { inline } from '../inline.ts'
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
    return {
      kind: 'uuid',
      write: inline`(low, out, pos) => {
        const second32 = ${hashIndex}(${first.state}, low)
        out.setInt32(pos, ${hashHigh}())
        out.setInt32(pos + 4, (second32 & 0xffff0fff) | 0x4000)
        const fourth32 = ${hashIndex}(${second.state}, low)
        out.setInt32(pos + 8, (${hashHigh}() & 0x3fffffff) | 0x80000000)
        out.setInt32(pos + 12, fourth32)
        return pos + 16
      }`,
      sql: `encode(int8send(${first.sql} & -61441 | 16384) || int8send(${second.sql} & 4611686018427387903 | '-9223372036854775808'::bigint), 'hex')::uuid`,
    }
  },
}
