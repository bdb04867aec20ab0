import { EPOCH_2000 } from '../types/time.ts'
import type { Options } from './options.ts'

const DAY = 86_400_000_000
const FORMAT = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:\d{2})?)?$/

/** From `from` up to, but without, the end; microseconds since 2000-01-01 UTC. */
export interface TimeRange {
  readonly from: number
  readonly end: number
}

/** Reads { from, to } or { from, days }. Times without a zone are UTC; whole seconds. */
export function readRange(options: Options): TimeRange {
  const from = readInstant(options, 'from')
  const days = options.get('days')
  const to = options.get('to')
  if ((days === undefined) === (to === undefined)) options.fail('either days or to must be given')
  const end =
    days === undefined
      ? readInstant(options, 'to')
      : from + options.integer('days', { min: 1, max: 24855 }) * DAY
  if (end <= from) options.fail('to must be after from')
  return { from, end }
}

export function readInstant(options: Options, name: string): number {
  const value = options.get(name)
  const known = typeof value === 'string' && FORMAT.test(value)
  // Date.parse takes the 30th of February for the 2nd of March.
  const day = known ? value.slice(0, 10) : ''
  const exists = !Number.isNaN(Date.parse(day)) && new Date(day).toISOString().startsWith(day)
  const zoned = known && /T.*(Z|[+-]\d{2}:\d{2})$/.test(value)
  const millis =
    known && exists ? Date.parse(zoned || !value.includes('T') ? value : `${value}Z`) : Number.NaN
  if (Number.isNaN(millis))
    options.fail(
      `${name} must be a time such as 2025-01-01 or 2025-01-01T08:00:00Z, not ${JSON.stringify(value)}`,
    )
  return millis * 1000 - EPOCH_2000
}
