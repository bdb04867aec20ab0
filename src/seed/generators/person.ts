import { literal } from '../../kernel/index.ts'
import { fixedText, putFixed, putInt8 } from '../bytes.ts'
import { hashHigh, hashIndex } from '../hash.ts'
import { inline } from '../inline.ts'
import type { TextSource } from '../source.ts'
import { highSql, lowSql } from '../stream.ts'
import type { Context, Generator } from './generator.ts'
import type { Numbering } from './numbering.ts'
import type { Options } from './options.ts'
import { FIRST_NAMES, LAST_NAMES } from './people.ts'
import { lengthFor, shuffled } from './permuted.ts'
import { weightTable } from './weights.ts'

export const firstName = nameList('firstName', FIRST_NAMES)
export const lastName = nameList('lastName', LAST_NAMES)

function nameList(kind: string, names: readonly string[]): Generator {
  return {
    kind,
    compile(options, context) {
      const index = options.flag('isUnique')
        ? shuffled(options, context, names.length)
        : byFrequency(names, context)
      return { kind: 'pick', values: names, at: index.at, sql: `(${index.sql})::int` }
    },
  }
}

/** Given and family name, with `isUnique` with an initial where there are more rows than pairs. */
export const fullName: Generator = {
  kind: 'fullName',
  compile(options, context): TextSource {
    return options.flag('isUnique') ? uniqueName(options, context) : plainName(context)
  },
}

const SPACE = 32
export const FIRSTS = FIRST_NAMES.map(fixedText)
export const LASTS = LAST_NAMES.map(fixedText)
export const PAIRS = FIRSTS.length * LASTS.length
export const longest = (cells: readonly { readonly length: number }[]) =>
  Math.max(...cells.map((cell) => cell.length))
export const LENGTH = longest(FIRSTS) + 1 + longest(LASTS)

function plainName(context: Context): TextSource {
  const [first, last] = [weightsOf(FIRSTS.length), weightsOf(LASTS.length)]
  const stream = context.stream()
  const { state } = stream
  const hash = context.once(stream.sql)
  return {
    kind: 'text',
    maxBytes: LENGTH,
    write: inline`(low, out, pos) => {
      const given = ${first.at}(${hashIndex}(${state}, low) >>> 0)
      const end = ${putInt8}(out, ${putFixed}(out, pos, ${FIRSTS}[given]), ${SPACE})
      return ${putFixed}(out, end, ${LASTS}[${last.at}(${hashHigh}() >>> 0)])
    }`,
    sql: `(${itemSql(FIRST_NAMES, first.sql(lowSql({ sql: hash })))} || ' ' || ${itemSql(LAST_NAMES, last.sql(highSql({ sql: hash })))})`,
  }
}

/** Pairs first, then pairs with one initial, with two, …: as many as the rows need. */
function uniqueName(options: Options, context: Context): TextSource {
  const initials = lengthFor(options, context, { least: 0, values: (length) => PAIRS * 26 ** length })
  const number = shuffled(options, context, PAIRS * 26 ** initials)
  const { sql } = number
  const middle = Array.from({ length: initials }, (_, k) => {
    return `chr(65 + (${sql} / ${PAIRS * 26 ** k} % 26)::int) || '. '`
  })
  const parts = [
    itemSql(FIRST_NAMES, `(${sql} % ${FIRSTS.length})`),
    "' '",
    ...middle,
    itemSql(LAST_NAMES, `(${sql} / ${FIRSTS.length} % ${LASTS.length})`),
  ]
  return {
    kind: 'text',
    maxBytes: LENGTH + 3 * initials,
    write: inline`(low, out, pos) => {
      const n = ${number.at}(low)
      let rest = Math.floor(n / ${PAIRS})
      const pair = n - rest * ${PAIRS}
      const last = (pair / ${FIRSTS.length}) | 0
      let end = ${putInt8}(out, ${putFixed}(out, pos, ${FIRSTS}[pair - last * ${FIRSTS.length}]), ${SPACE})
      for (let k = 0; k < ${initials}; k++) {
        const next = Math.floor(rest / 26)
        end = ${putInt8}(out, ${putInt8}(out, ${putInt8}(out, end, 65 + rest - next * 26), 46), ${SPACE})
        rest = next
      }
      return ${putFixed}(out, end, ${LASTS}[last])
    }`,
    sql: `(${parts.join(' || ')})`,
  }
}

function byFrequency(names: readonly string[], context: Context): Numbering {
  const stream = context.stream()
  const { state } = stream
  const table = weightsOf(names.length)
  return {
    at: inline`(low) => ${table.at}(${hashIndex}(${state}, low) >>> 0)`,
    sql: table.sql(lowSql(stream)),
  }
}

/** The first of the list is about ten times as frequent as the last. */
function weightsOf(count: number) {
  return weightTable(Array.from({ length: count }, (_, k) => Math.round(100_000 / (20 + k))))
}

/** An element of a list by its index from 0. */
export function itemSql(items: readonly string[], index: string): string {
  return `(array[${items.map(literal).join(',')}])[1 + ${index}]`
}
