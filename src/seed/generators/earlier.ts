import { hashIndex } from '../hash.ts'
import { inline } from '../inline.ts'
import { lowSql, MAX_SPAN, scaleSql } from '../stream.ts'
import type { Context, Generator } from './generator.ts'
import { batchNumber, type Numbering } from './numbering.ts'
import type { Options } from './options.ts'
import { parentValues } from './parent.ts'

/**
 * A column of an earlier row of the same table: each of them equally often, or so that every row has `children` of them. The first `roots` rows have
 * none: null, or their own. Rows that are added refer to one another, as if they were a table of their own.
 */
export const earlier: Generator = {
  kind: 'earlier',
  compile(options, context) {
    const { rows, offset } = context
    if (offset + rows >= MAX_SPAN) options.fail(`the table must have less than ${MAX_SPAN} rows`)
    // --rows may leave fewer rows than these.
    const roots = Math.min(rows, options.integer('roots', { min: 1, max: MAX_SPAN, fallback: 1 }))
    const first = options.oneOf('first', ['null', 'itself'], 'null')
    const row = batchNumber(context)
    const isRoot = `(${row.sql} < ${roots})`
    const chosen = indexOf(options, context, { row, roots })
    const index: Numbering = {
      at: inline`(low) => {
        const n = ${row.at}(low)
        return n < ${roots} ? n : ${chosen.at}(low)
      }`,
      sql: context.once(`case when ${isRoot} then ${row.sql} else ${chosen.sql} end`),
    }
    const table = options.text('table', '')
    const source = parentValues(options, context, { parent: { table, rows, offset }, index })
    if (first === 'itself') return source
    return { ...source, isNull: inline`(low) => ${row.at}(low) < ${roots}`, nullSql: isRoot }
  },
}

interface Place {
  readonly row: Numbering
  readonly roots: number
}

function indexOf(options: Options, context: Context, { row, roots }: Place): Numbering {
  if (options.get('children') !== undefined) {
    const children = options.integer('children', { min: 1, max: 1e9 })
    return {
      at: inline`(low) => Math.floor((${row.at}(low) - ${roots}) / ${children})`,
      sql: `((${row.sql} - ${roots}) / ${children})`,
    }
  }
  const stream = context.stream('row')
  const { state } = stream
  return {
    // As scale(), with another number of values in each row.
    at: inline`(low) => {
      const n = ${row.at}(low)
      const u = ${hashIndex}(${state}, low) >>> 0
      const high = Math.floor(n / 65536)
      return Math.floor((u * high + Math.floor((u * (n - high * 65536)) / 65536)) / 65536)
    }`,
    sql: scaleSql(lowSql(stream), row.sql),
  }
}
