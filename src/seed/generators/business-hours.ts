import { hashHigh, hashIndex } from '../hash.ts'
import { inline } from '../inline.ts'
import { highSql, lowSql, scaleSql, scaleTo } from '../stream.ts'
import type { Generator } from './generator.ts'
import { readRange } from './instant.ts'
import type { Options } from './options.ts'
import { thresholdTable } from './weights.ts'

const HOUR = 3_600_000_000
const WEEK_HOURS = 168
const HOUR_MILLIS = 3_600_000
/** 2000-01-01, where the time begins, was a Saturday: hours since the Monday before. */
const MONDAY_OFFSET = 5 * 24

const DEFAULT_DAYS = [10, 10, 10, 10, 9, 4, 3]
const DEFAULT_HOURS = [2, 1, 1, 1, 1, 2, 4, 8, 16, 22, 24, 22, 18, 21, 23, 22, 20, 16, 12, 10, 9, 8, 6, 4]

/**
 * Times over [from, to) as people work: each hour of the week (UTC) is as likely as its weekday's weight times its hour's
 * weight. Within an hour the times are even, to the millisecond.
 */
export const businessHours: Generator = {
  kind: 'businessHours',
  compile(options, context) {
    const { from, end } = readRange(options)
    if (from % HOUR !== 0 || end % HOUR !== 0) options.fail('from and to must be full hours')
    const week = weekOf(options)
    const start = from / HOUR - mondayBefore(from / HOUR)
    const weeks = Math.floor((start + (end - from) / HOUR) / WEEK_HOURS)
    // In units of weight: the range begins `skip` after its first Monday and is `span` long.
    const skip = week.before[start]!
    const last = start + (end - from) / HOUR - weeks * WEEK_HOURS
    const span = weeks * week.total + week.before[last]! - skip
    if (span >= 2 ** 31) options.fail('the range is too long for these weights: make them smaller')
    if (span === 0) options.fail('all hours of the range have weight 0')
    const table = thresholdTable(week.before.slice(1, WEEK_HOURS), week.total)
    const monday = mondayBefore(from / HOUR) * HOUR
    const stream = context.stream()
    const { state } = stream
    const drawn = scaleTo(span)
    const ofHour = scaleTo(HOUR_MILLIS)
    const drawnSql = `(${skip} + ${scaleSql(lowSql(stream), span)})`
    return {
      kind: 'time',
      min: from,
      max: end - 1,
      at: inline`(low) => {
        const weight = ${skip} + ${drawn}(${hashIndex}(${state}, low) >>> 0)
        const whole = (weight / ${week.total}) | 0
        const hour = whole * ${WEEK_HOURS} + ${table.at}(weight - whole * ${week.total})
        return ${monday} + hour * ${HOUR} + ${ofHour}(${hashHigh}() >>> 0) * 1000
      }`,
      sql: `(${monday} + (${drawnSql} / ${week.total} * ${WEEK_HOURS} + ${table.sql(`(${drawnSql} % ${week.total})`)}) * ${HOUR} + ${scaleSql(highSql(stream), HOUR_MILLIS)} * 1000)`,
    }
  },
}

function mondayBefore(hour: number): number {
  return Math.floor((hour + MONDAY_OFFSET) / WEEK_HOURS) * WEEK_HOURS - MONDAY_OFFSET
}

interface Week {
  /** The weight of the week before each hour, from Monday 00:00; 169 numbers, the last is the total. */
  readonly before: readonly number[]
  readonly total: number
}

function weekOf(options: Options): Week {
  const days = readWeights(options, { name: 'weekdays', count: 7, fallback: DEFAULT_DAYS })
  const hours = readWeights(options, { name: 'hours', count: 24, fallback: DEFAULT_HOURS })
  const before = [0]
  for (const day of days) for (const hour of hours) before.push(before.at(-1)! + day * hour)
  const total = before.at(-1)!
  if (total === 0) options.fail('all weights are 0')
  return { before, total }
}

function readWeights(
  options: Options,
  { name, count, fallback }: { name: string; count: number; fallback: readonly number[] },
): readonly number[] {
  const weights = options.get(name) ?? fallback
  const good =
    Array.isArray(weights) &&
    weights.length === count &&
    weights.every((weight) => Number.isInteger(weight) && weight >= 0 && weight <= 1000)
  if (!good) options.fail(`${name} must be ${count} whole numbers from 0 to 1000`)
  return weights as readonly number[]
}
