import { invalidSeed, type Where } from '../errors.ts'
import type { GeneratorSpec } from '../profile.ts'
import type { Source } from '../source.ts'
import { openStream, type StreamName } from '../stream.ts'
import { boolean } from './boolean.ts'
import { businessHours } from './business-hours.ts'
import { choice } from './choice.ts'
import { city } from './city.ts'
import { decimal } from './decimal.ts'
import type { Context, Generator } from './generator.ts'
import { hex } from './hex.ts'
import { int } from './int.ts'
import { json } from './json.ts'
import { nullable } from './nullable.ts'
import { Options } from './options.ts'
import { pareto } from './pareto.ts'
import { sequence } from './sequence.ts'
import { timestampSeries } from './series.ts'
import { timestamp } from './timestamp.ts'
import { uuid } from './uuid.ts'

const ALL: readonly Generator[] = [
  sequence,
  int,
  decimal,
  boolean,
  hex,
  uuid,
  timestamp,
  timestampSeries,
  businessHours,
  choice,
  pareto,
  city,
  json,
  nullable,
]

const BY_KIND: ReadonlyMap<string, Generator> = new Map(ALL.map((generator) => [generator.kind, generator]))

export interface Place {
  readonly where: Where
  readonly seed: number
  readonly rows: number
  readonly block: number
  /** The column, then the way into its document. */
  readonly path: readonly string[]
}

/** Looks a generator's code up by its kind and makes both twins. Throws SEED_INVALID. */
export function compileGenerator(spec: GeneratorSpec, place: Place): Source {
  const generator = BY_KIND.get(spec.kind)
  if (generator === undefined) throw invalidSeed(place.where, `"${spec.kind}", which is no generator`)
  const options = new Options(spec, place.where)
  const source = generator.compile(options, contextOf(place))
  options.rejectUnread()
  return source
}

function contextOf(place: Place): Context {
  const { where, seed, rows, block, path } = place
  const open = (...names: readonly string[]) =>
    openStream({ seed, table: where.table, path: names } satisfies StreamName, block)
  return {
    rows,
    block,
    stream: (name) => (name === undefined ? open(...path) : open(...path, `#${name}`)),
    sharedStream: (key) => open('', key),
    compile: (spec, below) => compileGenerator(spec, { ...place, path: [...path, below] }),
  }
}
