import type { PgColumn } from 'drizzle-orm/pg-core'
import { GigarowError, literal } from '../kernel/index.ts'
import {
  addIntervals,
  type BoundValue,
  type CalendarInterval,
  floorToUnit,
  type Leaf,
  type PartitionBound,
  parseInterval,
  tileSuffix,
  tiles,
} from '../model/index.ts'
import type { RawBound, TimePolicy } from './partitions.ts'

const DEFAULT_PREMAKE = 4

export interface TimeLeavesOptions {
  /** For the leaves' names and for errors. */
  readonly table: string
  readonly policy: TimePolicy
  /** SQL type of the key column: timestamp with time zone, timestamp, date. */
  readonly type: string
  /** Milliseconds since 1970: up to where partitions are made when the policy has no end. */
  readonly now: number
}

/** The partitions of a policy: they tile the time from `from` on, without a gap. Throws SCHEMA_INVALID. */
export function timeLeaves({ table, policy, type, now }: TimeLeavesOptions): readonly Leaf[] {
  const problem = (why: string, hint: string) =>
    new GigarowError('SCHEMA_INVALID', `timePartitions of ${table}: ${why}.`, { facts: { table }, hint })
  const interval = parseInterval(policy.every)
  if (!interval) throw problem(`"${policy.every}" is not an interval`, "Write '1 month', '1 day', '6 hours'.")
  const format = formatter(type)
  if (!format || (type === 'date' && interval.unit === 'hour')) {
    throw problem(
      `the key column is of type ${type}, which cannot be cut every ${policy.every}`,
      'The key is one column of type timestamp or date (date: 1 day and longer); for other types declare rangePartitions.',
    )
  }
  const from = boundary(policy.from, 'from', interval, problem)
  const end = policy.to === undefined ? premadeEnd(from, interval, policy, now) : Date.parse(utc(policy.to))
  if (!(end > from)) throw problem(`\`to\` (${policy.to}) is not after \`from\` (${policy.from})`, 'Move it.')
  const parts = tiles(from, end, interval)
  if (policy.to !== undefined && parts.at(-1)!.to !== end) {
    throw problem(
      `\`to\` (${policy.to}) is not a boundary of ${policy.every} counted from ${policy.from}`,
      `Write ${iso(parts.at(-1)!.to)} or ${iso(parts.at(-1)!.from)}.`,
    )
  }
  const value = (instant: number): BoundValue => ({
    kind: 'value',
    sql: literal(format(instant)),
    order: instant,
  })
  return parts.map((tile) => ({
    name: `${table}_${tileSuffix(tile.from, interval.unit)}`,
    bound: { kind: 'range', from: [value(tile.from)], to: [value(tile.to)] },
  }))
}

type Problem = (why: string, hint: string) => GigarowError

function boundary(text: string, name: string, { unit }: CalendarInterval, problem: Problem): number {
  const instant = Date.parse(utc(text))
  if (Number.isNaN(instant)) throw problem(`\`${name}\` (${text}) is not a date`, "Write '2025-01-01'.")
  const floor = floorToUnit(instant, unit)
  if (floor !== instant) {
    const next = addIntervals(floor, { count: 1, unit }, 1)
    throw problem(
      `\`${name}\` (${text}) is not the beginning of a ${unit} in UTC`,
      `Write ${iso(floor)} or ${iso(next)}.`,
    )
  }
  return instant
}

/** The end of the partition that is `premake` behind the one that holds `now`. */
function premadeEnd(
  from: number,
  interval: CalendarInterval,
  { premake = DEFAULT_PREMAKE }: TimePolicy,
  now: number,
): number {
  const current = tiles(from, Math.max(now, from) + 1, interval).length
  return addIntervals(from, interval, current + premake)
}

/** ISO text without a zone means UTC here, as everywhere in gigarow. */
function utc(text: string): string {
  if (/(Z|[+-]\d\d(:?\d\d)?)$/i.test(text.slice(10))) return text
  return text.length > 10 ? `${text.replace(' ', 'T')}Z` : `${text}T00:00:00Z`
}

function iso(instant: number): string {
  return `'${new Date(instant).toISOString().replace('T00:00:00.000Z', '').replace('.000Z', 'Z')}'`
}

/** `micros`: of the second; PostgreSQL keeps microseconds, JavaScript's dates do not. */
type Format = (instant: number, micros?: number) => string

function formatter(type: string): Format | undefined {
  const text = (instant: number) => new Date(instant).toISOString()
  if (type === 'date') return (instant) => text(instant).slice(0, 10)
  if (!type.startsWith('timestamp')) return undefined
  const zone = type.includes('with time zone') ? '+00' : ''
  return (instant, micros = 0) => {
    const fraction = micros === 0 ? '' : `.${String(micros).padStart(6, '0').replace(/0+$/, '')}`
    return `${text(instant).slice(0, 19).replace('T', ' ')}${fraction}${zone}`
  }
}

/** A bound as the user wrote it, encoded by the key's columns as Drizzle would send it. */
export function encodeBound(bound: RawBound, columns: readonly (PgColumn | undefined)[]): PartitionBound {
  if (bound.kind === 'hash' || bound.kind === 'default') return bound
  if (bound.kind === 'list') {
    return { kind: 'list', values: bound.values.map((value) => encodeValue(value, columns[0])) }
  }
  const row = (values: readonly unknown[]) => values.map((value, i) => encodeValue(value, columns[i]))
  return { kind: 'range', from: row(bound.from), to: row(bound.to) }
}

function encodeValue(value: unknown, column: PgColumn | undefined): BoundValue {
  if (value === null) return { kind: 'value', sql: 'NULL' }
  if (typeof value === 'object' && 'unbounded' in value) {
    return { kind: value.unbounded === 'minValue' ? 'min' : 'max' }
  }
  if (typeof value === 'number' || typeof value === 'bigint') {
    return { kind: 'value', sql: String(value), order: value }
  }
  const format = formatter(column?.getSQLType() ?? '')
  const instant = format ? parseInstant(value) : undefined
  if (format && instant) {
    const order = instant.second + instant.micros / 1000
    return { kind: 'value', sql: literal(format(instant.second, instant.micros)), order }
  }
  const driver: unknown = column ? column.mapToDriverValue(value) : value
  return { kind: 'value', sql: literal(String(driver)) }
}

const INSTANT = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,6}))?)?(Z|[+-]\d\d(?::?\d\d)?)?$/i

/** To the microsecond: the full second in ms since 1970, and what is left. undefined: the server has to read it. */
function parseInstant(value: unknown): { readonly second: number; readonly micros: number } | undefined {
  if (value instanceof Date) {
    const instant = value.getTime()
    const ms = ((instant % 1000) + 1000) % 1000
    return Number.isNaN(instant) ? undefined : { second: instant - ms, micros: ms * 1000 }
  }
  const [, day, time = '00:00', fraction = '', zone = 'Z'] = INSTANT.exec(String(value)) ?? []
  if (day === undefined) return undefined
  const offset = /^[+-]\d\d$/.test(zone) ? `${zone}:00` : zone.replace(/^([+-]\d\d)(\d\d)$/, '$1:$2')
  const second = Date.parse(`${day}T${time}${offset.toUpperCase()}`)
  return Number.isNaN(second) ? undefined : { second, micros: Number(fraction.padEnd(6, '0')) }
}
