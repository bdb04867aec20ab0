import { MAX_SPAN } from '../stream.ts'
import { scatter } from './bijection.ts'
import type { Context, Generator } from './generator.ts'
import { uniform } from './int.ts'
import type { Numbering } from './numbering.ts'
import type { Options } from './options.ts'
import { parentValues, readParent } from './parent.ts'
import { paretoRank } from './pareto.ts'
import { zipfRank } from './zipf.ts'

/**
 * The key of a row of another table: each equally often, or a few of them often. Columns with the same key and options take theirs from the same row:
 * that is how a foreign key of several columns is made.
 */
export const reference: Generator = {
  kind: 'reference',
  compile(options, context) {
    const parent = readParent(options, MAX_SPAN - 1)
    const key = options.get('key')
    if (key !== undefined && (typeof key !== 'string' || key === '')) options.fail('key must be a text')
    const own =
      key === undefined ? context : withStreams(context, `reference ${JSON.stringify([parent.table, key])}`)
    const index = indexOf(options, own, parent.rows)
    return parentValues(options, context, { parent, index })
  },
}

/** The same for all columns of the table that give this name. */
function withStreams(context: Context, shared: string): Context {
  return { ...context, stream: (name = '') => context.sharedStream(`${shared} ${name}`) }
}

function indexOf(options: Options, context: Context, rows: number): Numbering {
  const skew = options.oneOf('skew', ['none', 'pareto', 'zipf'], 'none')
  if (skew === 'none') return uniform(context.stream('row'), { min: 0, max: rows - 1 })
  if (skew === 'pareto') return scatter(paretoRank(options, context, { max: rows, name: 'row' }), rows)
  const exponent = options.number('exponent', { min: 0.1, max: 5, fallback: 1 })
  return scatter(zipfRank({ max: rows, exponent }, context, 'row'), rows)
}
