import { asArray } from '../bytes.ts'
import { hashHigh, hashIndex } from '../hash.ts'
import type { Source } from '../source.ts'
import { highSql, lowSql } from '../stream.ts'
import type { Context, Generator } from './generator.ts'
import { rowNumber } from './numbering.ts'
import type { Options } from './options.ts'

type Twin = (i: number, r: number, s: number) => unknown

/**
 * A generator of the user's own: an SQL expression and a JavaScript function of the row's number and two random numbers from 0 to 2^32 - 1. Before
 * a load both are compared on a sample of rows.
 */
export const pair: Generator = {
  kind: 'pair',
  compile(options, context): Source {
    const makes = options.oneOf('makes', ['int', 'decimal', 'boolean', 'text'])
    const twin = twinOf(options, context)
    const sql = sqlOf(options, context)
    switch (makes) {
      case 'boolean':
        return { kind: 'boolean', at: twin.boolean, sql: `(${sql})` }
      case 'text': {
        const maxBytes = options.integer('maxBytes', { min: 1, max: 65_536, fallback: 256 })
        return {
          kind: 'text',
          maxBytes,
          isRaw: true,
          write: writer(twin.text, { options, maxBytes }),
          sql: `(${sql})::text`,
        }
      }
      default: {
        const [min, max] = [options.integer('min', BOUNDS), options.integer('max', BOUNDS)]
        const at = (low: number) => {
          const value = twin.number(low)
          if (!Number.isSafeInteger(value) || value < min || value > max)
            options.fail(`js makes ${value}, which is no whole number from ${min} to ${max}`)
          return value
        }
        if (makes === 'int') return { kind: 'int', min, max, at, sql: `(${sql})::int8` }
        const scale = options.integer('scale', { min: 1, max: 9 })
        return { kind: 'decimal', scale, min, max, at, sql: `(${sql})::int8` }
      }
    }
  },
}

const BOUNDS = { min: -1e15, max: 1e15 }

/** What gen.pair() writes for the names of its arguments. */
export const PLACES = ['{i}', '{r}', '{s}'] as const

function sqlOf(options: Options, context: Context): string {
  const stream = context.stream()
  const hash = context.once(stream.sql)
  const values = [context.row, lowSql({ sql: hash }), highSql({ sql: hash })]
  const text = options.text('sql', '')
  return PLACES.reduce((sql, place, k) => sql.replaceAll(place, values[k]!), text)
}

function twinOf(options: Options, context: Context) {
  const twin = readTwin(options)
  const row = rowNumber(context)
  const { state } = context.stream()
  const call = (low: number): unknown => {
    const r = hashIndex(state, low) >>> 0
    return twin(row.at(low) + 1, r, hashHigh() >>> 0)
  }
  const typed =
    <T>(type: 'number' | 'string' | 'boolean') =>
    (low: number) => {
      const value = call(low)
      if (typeof value !== type) options.fail(`js makes ${JSON.stringify(value)}, which is no ${type}`)
      return value as T
    }
  return {
    number: typed<number>('number'),
    text: typed<string>('string'),
    boolean: typed<boolean>('boolean'),
  }
}

/** The function stands in the profile as its text, so that threads and a resumed load have it: it sees nothing around it. */
function readTwin(options: Options): Twin {
  const code = options.text('js', '')
  try {
    const twin: unknown = new Function(`'use strict'; return (${code})`)()
    if (typeof twin !== 'function') options.fail('js must be a function')
    ;(twin as Twin)(1, 0, 0)
    return twin as Twin
  } catch (error) {
    if (error instanceof SyntaxError) return options.fail(`js cannot be read: ${error.message}`)
    if (error instanceof ReferenceError)
      return options.fail(`js sees nothing but its arguments: ${error.message}`)
    throw error
  }
}

const utf8 = new TextEncoder()

function writer(
  text: (low: number) => string,
  { options, maxBytes }: { options: Options; maxBytes: number },
) {
  return (low: number, out: DataView, pos: number): number => {
    const value = text(low)
    const { read, written } = utf8.encodeInto(value, asArray(out, pos, maxBytes))
    if (read < value.length) options.fail(`js makes a text of more than ${maxBytes} bytes: give maxBytes`)
    return pos + written
  }
}
