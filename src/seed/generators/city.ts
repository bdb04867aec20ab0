import { hashIndex } from '../hash.ts'
import { inline } from '../inline.ts'
import { lowSql } from '../stream.ts'
import { CITIES, COUNTRIES } from './cities.ts'
import type { Generator } from './generator.ts'
import { uniform } from './int.ts'
import { weightTable } from './weights.ts'

/** Millionths of a degree: places of a city lie within about 11 km of its centre. */
const SPREAD = 100_000

const FIELDS = ['name', 'country', 'countryCode', 'currency', 'latitude', 'longitude'] as const

/**
 * Something of a large city, chosen by its population: name, country and its code, currency, latitude or longitude. Columns and fields with the
 * same `key` speak of the same city in each row.
 */
export const city: Generator = {
  kind: 'city',
  compile(options, context) {
    const field = options.oneOf('field', FIELDS, 'name')
    const stream = context.sharedStream(options.text('key', 'city'))
    const { state } = stream
    const table = weightTable(CITIES.map(({ population }) => population))
    const at = context.share(`city ${options.text('key', 'city')}`, () =>
      lastOf(inline`(low) => ${table.at}(${hashIndex}(${state}, low) >>> 0)`),
    )
    const index = context.once(table.sql(lowSql(stream)))
    if (field !== 'latitude' && field !== 'longitude')
      return { kind: 'pick', values: CITIES.map((place) => textOf(place, field)), at, sql: index }
    const centres = CITIES.map((place) => Math.round(place[field] * 10_000) * 100)
    const offset = uniform(context.stream(), { min: -SPREAD, max: SPREAD })
    return {
      kind: 'decimal',
      scale: 6,
      min: Math.min(...centres) - SPREAD,
      max: Math.max(...centres) + SPREAD,
      at: inline`(low) => ${Float64Array.from(centres)}[${at}(low)] + ${offset.at}(low)`,
      sql: `(('{${centres.join(',')}}'::int[])[1 + ${index}] + ${offset.sql})`,
    }
  },
}

/** Computes each row's value once, however many columns ask for it one after the other. */
function lastOf(at: (low: number) => number): (low: number) => number {
  return inline`(() => {
    let last = NaN
    let value = 0
    return (low) => {
      if (low !== last) {
        value = ${at}(low)
        last = low
      }
      return value
    }
  })()`
}

function textOf(
  place: (typeof CITIES)[number],
  field: 'name' | 'country' | 'countryCode' | 'currency',
): string {
  if (field === 'name' || field === 'country') return place[field]
  return COUNTRIES[place.country]![field === 'countryCode' ? 0 : 1]
}
