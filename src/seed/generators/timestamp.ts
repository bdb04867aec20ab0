import { hashHigh, hashIndex } from '../hash.ts'
import { highSql, lowSql, MAX_SPAN, scale, scaleSql, spanOf } from '../stream.ts'
import type { Generator } from './generator.ts'
import { readRange } from './instant.ts'

const SECOND = 1_000_000
const MICROS = spanOf(SECOND)

/** Times spread evenly over [from, to), to the microsecond or the second. */
export const timestamp: Generator = {
  kind: 'timestamp',
  compile(options, context) {
    const { from, end } = readRange(options)
    const fine = options.oneOf('resolution', ['microsecond', 'second'], 'microsecond') === 'microsecond'
    const seconds = (end - from) / SECOND
    if (seconds > MAX_SPAN) options.fail(`the range must be shorter than 68 years`)
    const stream = context.stream()
    const { state } = stream
    const span = spanOf(seconds)
    const whole = scaleSql(lowSql(stream), seconds)
    return {
      kind: 'time',
      min: from,
      max: end - 1,
      at(low) {
        const second = scale(hashIndex(state, low) >>> 0, span)
        return from + second * SECOND + (fine ? scale(hashHigh() >>> 0, MICROS) : 0)
      },
      sql: `(${from} + ${whole} * ${SECOND}${fine ? ` + ${scaleSql(highSql(stream), SECOND)}` : ''})`,
    }
  },
}
