import { hashIndex } from '../hash.ts'
import { inline } from '../inline.ts'
import type { PickValue } from '../source.ts'
import { lowSql } from '../stream.ts'
import type { Generator } from './generator.ts'
import type { Options } from './options.ts'
import { weightTable } from './weights.ts'

const MAX_VALUES = 1000

/** One of a list of values, by weight. Choices of one table with the same key choose the same place of their lists. */
export const choice: Generator = {
  kind: 'choice',
  compile(options, context) {
    const values = readValues(options)
    const table = weightTable(readWeights(options, values.length))
    const key = options.get('key')
    if (key !== undefined && typeof key !== 'string') options.fail('key must be a text')
    const stream = key === undefined ? context.stream() : context.sharedStream(`choice ${key}`)
    const { state } = stream
    return {
      kind: 'pick',
      values,
      at: inline`(low) => ${table.at}(${hashIndex}(${state}, low) >>> 0)`,
      sql: key === undefined ? table.sql(lowSql(stream)) : context.once(table.sql(lowSql(stream))),
    }
  },
}

function readValues(options: Options): readonly PickValue[] {
  const values = options.get('values')
  if (!Array.isArray(values) || values.length === 0 || values.length > MAX_VALUES)
    options.fail(`values must be a list of 1 to ${MAX_VALUES} values`)
  return values.map((value: unknown) => {
    const good =
      typeof value === 'boolean' ||
      (typeof value === 'number' && Number.isSafeInteger(value)) ||
      (typeof value === 'string' && !/[\0\p{Surrogate}]/u.test(value))
    if (!good) options.fail(`values must be texts, whole numbers or booleans, not ${JSON.stringify(value)}`)
    return value as PickValue
  })
}

function readWeights(options: Options, count: number): readonly number[] {
  const weights = options.get('weights') ?? Array.from({ length: count }, () => 1)
  if (!Array.isArray(weights) || weights.length !== count)
    options.fail(`weights must be a list of ${count} numbers, one for each value`)
  for (const weight of weights) {
    if (!Number.isInteger(weight) || weight < 1 || weight > 1e9)
      options.fail(`weights must be whole numbers from 1 to 1000000000, not ${JSON.stringify(weight)}`)
  }
  return weights
}
