import { literal } from '../../kernel/index.ts'
import { fixedText, putFixed, putInt8 } from '../bytes.ts'
import { hashHigh, hashIndex } from '../hash.ts'
import { inline } from '../inline.ts'
import type { TextSource } from '../source.ts'
import { lowSql, scaleSql, scaleTo } from '../stream.ts'
import type { Generator } from './generator.ts'
import { WORDS } from './people.ts'

const MAX_WORDS = 64
const PER_HASH = 8
const SPACE = 32

/** `min` to `max` common words with spaces between, as in a title or a message. */
export const words: Generator = {
  kind: 'words',
  compile(options, context): TextSource {
    const max = options.integer('max', { min: 1, max: MAX_WORDS, fallback: 8 })
    const min = options.integer('min', { min: 1, max, fallback: Math.min(3, max) })
    const cells = WORDS.map(fixedText)
    const [counting, ...streams] = Array.from({ length: 1 + Math.ceil(max / PER_HASH) }, (_, k) =>
      context.stream(String(k)),
    )
    const scaled = scaleTo(max - min + 1)
    const states = streams.map((stream) => stream.state)
    const state = counting!.state
    const hashes = streams.map((stream) => context.once(stream.sql))
    const count = context.once(`${min} + ${scaleSql(lowSql(counting!), max - min + 1)}`)
    const list = context.once(`array[${WORDS.map(literal).join(',')}]`)
    const word = (k: number) =>
      `${list}[1 + (${hashes[Math.floor(k / PER_HASH)]} >> ${8 * (k % PER_HASH)} & 255)]`
    return {
      kind: 'text',
      maxBytes: max * (1 + Math.max(...cells.map((cell) => cell.length))),
      write: inline`(low, out, pos) => {
        const count = ${min} + ${scaled}(${hashIndex}(${state}, low) >>> 0)
        let end = pos
        let bits = 0
        for (let k = 0; k < count; k++) {
          if (k % ${PER_HASH} === 0) bits = ${hashIndex}(${states}[k / ${PER_HASH}], low)
          else if (k % ${PER_HASH} === 4) bits = ${hashHigh}()
          if (k > 0) end = ${putInt8}(out, end, ${SPACE})
          end = ${putFixed}(out, end, ${cells}[bits & 255])
          bits >>>= 8
        }
        return end
      }`,
      // Longer ones are cut by CASE, which computes only what it shows.
      sql: wordsSql({ min, max, count, word }),
    }
  },
}

interface WordsSql {
  readonly min: number
  readonly max: number
  readonly count: string
  readonly word: (k: number) => string
}

function wordsSql({ min, max, count, word }: WordsSql): string {
  const from = (k: number): string => {
    const rest = k + 1 < max ? ` || ${from(k + 1)}` : ''
    const all = `${k === 0 ? '' : "' ' || "}${word(k)}${rest}`
    return k < min ? all : `case when ${count} > ${k} then ${all} else '' end`
  }
  return `(${from(0)})`
}
