import { inline } from '../inline.ts'
import { MAX_BIJECTION, shuffle } from './bijection.ts'
import { type Degrees, exponentFor, fitDegrees, zipfWeights } from './degrees.ts'
import type { Context, Generator } from './generator.ts'
import { batchNumber, type Numbering } from './numbering.ts'
import type { Options } from './options.ts'
import { type Parent, parentValues, readParent } from './parent.ts'
import { thresholdTable } from './weights.ts'

const MAX_PARENTS = 4_294_967_295
const MAX_DEGREES = 10_000

/**
 * The key of each row's parent, where the number of children of every parent is given: a sequence of degrees in runs, whose sum is the number of
 * rows. Which run a row falls into, and which of its parents, are a search and a division: any row can be computed first.
 */
export const children: Generator = {
  kind: 'children',
  compile(options, context) {
    const parent = readParent(options, MAX_PARENTS)
    const { rank, key } = readChild(options, context, parent)
    const index = shuffle(rank, {
      n: parent.rows,
      streams: streams(context, key),
      once: context.once,
    })
    return parentValues(options, context, { parent, index })
  },
}

/** Which child of its parent a row is: 1, 2, 3, …; for the same options as those of `children`. */
export const childNumber: Generator = {
  kind: 'childNumber',
  compile(options, context) {
    const parent = readParent(options, MAX_PARENTS)
    const { ordinal, most } = readChild(options, context, parent)
    return {
      kind: 'int',
      min: 1,
      max: most,
      at: inline`(low) => 1 + ${ordinal.at}(low)`,
      sql: `(1 + ${ordinal.sql})`,
    }
  },
}

function streams({ sharedFixedStream }: Context, key: string) {
  return [sharedFixedStream(`${key} 1`), sharedFixedStream(`${key} 2`)] as const
}

interface Child {
  /** What the columns of one table that speak of the same children share. */
  readonly key: string
  /** The parent's place in the order of degrees, from 0. */
  readonly rank: Numbering
  /** The child's place among its siblings, from 0. */
  readonly ordinal: Numbering
  readonly most: number
}

function readChild(options: Options, context: Context, parent: Parent): Child {
  const { degree, parents } = readDegrees(options, { parents: parent.rows, children: context.rows })
  const runs = degree
    .map((own, k) => ({ degree: own, parents: parents[k]! }))
    .filter((run) => run.degree > 0 && run.parents > 0)
  const key = options.text('key', parent.table)
  return { key, ...childOf(runs, readOrder(options, context, key), context) }
}

/** Children of a parent stand together, or anywhere. */
function readOrder(options: Options, context: Context, key: string): Numbering {
  const row = batchNumber(context)
  if (!options.flag('scattered')) return row
  if (context.rows > MAX_BIJECTION) options.fail(`the table must have at most ${MAX_BIJECTION} rows`)
  const pair = streams(context, `${key} order`)
  return shuffle(row, { n: context.rows, streams: pair, once: context.once })
}

function childOf(
  runs: readonly { readonly degree: number; readonly parents: number }[],
  row: Numbering,
  { rows, once }: Context,
): Omit<Child, 'key'> {
  const [firstParent, firstChild] = [[0], [0]]
  for (const { degree, parents } of runs) {
    firstParent.push(firstParent.at(-1)! + parents)
    firstChild.push(firstChild.at(-1)! + parents * degree)
  }
  const table = thresholdTable(firstChild.slice(1, -1), rows)
  const [parentOf, childOf] = [Float64Array.from(firstParent), Float64Array.from(firstChild)]
  const degrees = runs.map((run) => run.degree)
  const run = once(table.sql(row.sql))
  const ofRun = (values: readonly number[]) => `('{${values.join(',')}}'::bigint[])[1 + ${run}]`
  const [degree, place] = [once(ofRun(degrees)), once(`${row.sql} - ${ofRun(firstChild.slice(0, -1))}`)]
  return {
    most: Math.max(...degrees),
    rank: {
      at: inline`(low) => {
        const j = ${row.at}(low)
        const run = ${table.at}(j)
        return ${parentOf}[run] + Math.floor((j - ${childOf}[run]) / ${degrees}[run])
      }`,
      sql: `(${ofRun(firstParent.slice(0, -1))} + ${place} / ${degree})`,
    },
    ordinal: {
      at: inline`(low) => {
        const j = ${row.at}(low)
        const run = ${table.at}(j)
        const place = j - ${childOf}[run]
        return place - Math.floor(place / ${degrees}[run]) * ${degrees}[run]
      }`,
      sql: `(${place} % ${degree})`,
    },
  }
}

function readDegrees(
  options: Options,
  { parents, children }: { parents: number; children: number },
): Degrees {
  const given = options.get('degrees')
  const wanted =
    given === undefined ? zipfDegrees(options, children / parents) : weightedDegrees(options, given)
  const fitted = fitDegrees({ parents, children, ...wanted })
  return typeof fitted === 'string' ? options.fail(fitted) : fitted
}

function zipfDegrees(options: Options, mean: number) {
  const min = options.integer('min', { min: 0, max: 1e6, fallback: 1 })
  const max = options.integer('max', { min, max: min + MAX_DEGREES })
  const degree = Array.from({ length: max - min + 1 }, (_, k) => min + k)
  const given = options.get('exponent')
  const exponent =
    given === undefined ? exponentFor(degree, mean) : options.number('exponent', { min: -16, max: 16 })
  return { degree, weights: zipfWeights(degree, exponent), isFitted: given === undefined }
}

/** { 1: 60, 2: 30, 5: 10 }: children of a parent and how many parents in a hundred have as many. */
function weightedDegrees(options: Options, given: unknown) {
  const entries = Object.entries(given as object)
    .map(([degree, weight]) => ({ degree: Number(degree), weight: weight as unknown }))
    .sort((x, y) => x.degree - y.degree)
  const good =
    typeof given === 'object' &&
    entries.length > 0 &&
    entries.length <= MAX_DEGREES &&
    entries.every(
      ({ degree, weight }) =>
        Number.isInteger(degree) && degree >= 0 && degree <= 1e9 && typeof weight === 'number' && weight >= 0,
    ) &&
    entries.some(({ weight }) => (weight as number) > 0)
  if (!good) options.fail('degrees must give a weight to each number of children: { 1: 60, 2: 30, 5: 10 }')
  return {
    degree: entries.map(({ degree }) => degree),
    weights: entries.map(({ weight }) => weight as number),
    isFitted: false,
  }
}
