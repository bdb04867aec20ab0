import { invalidSeed, type Where } from '../errors.ts'
import type { GeneratorSpec } from '../profile.ts'
import type { Source } from '../source.ts'
import { openStream, type StreamName } from '../stream.ts'
import { array } from './array.ts'
import { boolean } from './boolean.ts'
import { businessHours } from './business-hours.ts'
import { childNumber, children } from './children.ts'
import { choice } from './choice.ts'
import { city } from './city.ts'
import { cycle, timestampSteps } from './cycle.ts'
import { decimal } from './decimal.ts'
import { earlier } from './earlier.ts'
import { email } from './email.ts'
import { exponential } from './exponential.ts'
import type { Context, Generator } from './generator.ts'
import { hex } from './hex.ts'
import { int } from './int.ts'
import { json } from './json.ts'
import { lognormal, normal } from './normal.ts'
import { nullable } from './nullable.ts'
import { Options } from './options.ts'
import { pair } from './pair.ts'
import { pareto } from './pareto.ts'
import { permuted } from './permuted.ts'
import { firstName, fullName, lastName } from './person.ts'
import { phoneNumber } from './phone.ts'
import { bytes } from './random-bytes.ts'
import { timestampRecent } from './recent.ts'
import { reference } from './reference.ts'
import { sequence } from './sequence.ts'
import { timestampSeries } from './series.ts'
import { timestamp } from './timestamp.ts'
import { uuid } from './uuid.ts'
import { words } from './words.ts'
import { zipf } from './zipf.ts'

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
  childNumber,
  children,
  cycle,
  timestampSteps,
  email,
  exponential,
  lognormal,
  normal,
  pair,
  permuted,
  firstName,
  fullName,
  lastName,
  phoneNumber,
  timestampRecent,
  reference,
  words,
  zipf,
  array,
  bytes,
  earlier,
]

const BY_KIND: ReadonlyMap<string, Generator> = new Map(ALL.map((generator) => [generator.kind, generator]))

export interface Place {
  readonly where: Where
  readonly seed: number
  readonly rows: number
  readonly offset: number
  readonly block: number
  /** The column, then the way into its document. */
  readonly path: readonly string[]
  readonly row: string
  readonly once: (expression: string) => string
  readonly shared: Map<string, unknown>
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
  const { where, seed, rows, offset, block, path, row, once, shared } = place
  const open = (names: readonly string[], of = block) =>
    openStream({ seed, table: where.table, path: names, row } satisfies StreamName, of)
  return {
    rows,
    offset,
    block,
    row,
    once,
    share<T>(key: string, make: () => T) {
      if (!shared.has(key)) shared.set(key, make())
      return shared.get(key) as T
    },
    stream: (name) => open(name === undefined ? path : [...path, `#${name}`]),
    sharedStream: (key) => open(['', key]),
    fixedStream: (name) => open([...path, `#${name}`], 0),
    sharedFixedStream: (key) => open(['', key, '#fixed'], 0),
    compile: (spec, below) => compileGenerator(spec, { ...place, path: [...path, below] }),
    compileFor: (spec, { table, column, ...other }) =>
      compileGenerator(spec, {
        ...place,
        ...other,
        where: { ...where, table },
        path: [column],
        block: 0,
        shared: new Map(),
      }),
  }
}
