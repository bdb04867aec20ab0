import { hashHigh, hashIndex } from '../hash.ts'
import { inline } from '../inline.ts'
import { highSql, lowSql, MAX_SPAN, scaleSql, scaleTo } from '../stream.ts'
import type { Generator } from './generator.ts'
import { readRange } from './instant.ts'

const SECOND = 1_000_000

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
    const [toSecond, toMicro] = [scaleTo(seconds), scaleTo(SECOND)]
    const second = inline<
      (low: number) => number
    >`(low) => ${from} + ${toSecond}(${hashIndex}(${state}, low) >>> 0) * ${SECOND}`
    const whole = scaleSql(lowSql(stream), seconds)
    return {
      kind: 'time',
      min: from,
      max: end - 1,
      at: fine ? inline`(low) => ${second}(low) + ${toMicro}(${hashHigh}() >>> 0)` : second,
      sql: `(${from} + ${whole} * ${SECOND}${fine ? ` + ${scaleSql(highSql(stream), SECOND)}` : ''})`,
    }
  },
}
