/** Partition boundaries on the UTC calendar. All instants are milliseconds since 1970-01-01 UTC. */

export type CalendarUnit = 'hour' | 'day' | 'week' | 'month' | 'year'

/** What a user writes: '1 month', '2 weeks'. */
export type IntervalText = `${number} ${CalendarUnit | `${CalendarUnit}s`}`

export interface CalendarInterval {
  readonly count: number
  readonly unit: CalendarUnit
}

const HOUR = 3_600_000
const FIXED = { hour: HOUR, day: 24 * HOUR, week: 7 * 24 * HOUR } as const

/** undefined when the text is not a whole number of hours, days, weeks, months or years. */
export function parseInterval(text: string): CalendarInterval | undefined {
  const match = /^([1-9]\d{0,3}) (hour|day|week|month|year)s?$/.exec(text)
  return match ? { count: Number(match[1]), unit: match[2] as CalendarUnit } : undefined
}

/** `start` moved by `steps` intervals. */
export function addIntervals(start: number, { count, unit }: CalendarInterval, steps: number): number {
  if (unit === 'month' || unit === 'year') {
    const date = new Date(start)
    const months = count * steps * (unit === 'year' ? 12 : 1)
    return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1)
  }
  return start + FIXED[unit] * count * steps
}

/** The last boundary of the unit at or before an instant: the first of the month, Monday, midnight, the full hour. */
export function floorToUnit(instant: number, unit: CalendarUnit): number {
  const date = new Date(instant)
  if (unit === 'year') return Date.UTC(date.getUTCFullYear(), 0, 1)
  if (unit === 'month') return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1)
  // 1970-01-05 was a Monday.
  const anchor = unit === 'week' ? Date.UTC(1970, 0, 5) : 0
  return instant - mod(instant - anchor, FIXED[unit])
}

function mod(n: number, by: number): number {
  return ((n % by) + by) % by
}

export interface Tile {
  readonly from: number
  /** Exclusive. */
  readonly to: number
}

/** Intervals one after the other from `from`, the last of which ends at or after `end`. */
export function tiles(from: number, end: number, interval: CalendarInterval): readonly Tile[] {
  const out: Tile[] = []
  for (let step = 0, start = from; start < end; step++) {
    // From `from` each time, so that nothing adds up.
    const to = addIntervals(from, interval, step + 1)
    out.push(Object.freeze({ from: start, to }))
    start = to
  }
  return out
}

/**
 * The end of a partition's name: p2025, p2025_01, p2025_01_31, p2025_01_31_13. It says where the partition begins, with
 * the digits that the unit needs; a week is named by its Monday.
 */
export function tileSuffix(start: number, unit: CalendarUnit): string {
  const digits = { year: 1, month: 2, week: 3, day: 3, hour: 4 }[unit]
  const parts = new Date(start).toISOString().split(/[-T:]/)
  return `p${parts.slice(0, digits).join('_')}`
}
