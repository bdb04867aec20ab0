import { exp, ln } from './exact-math.ts'
import type { Context, Generator } from './generator.ts'
import { draw, type Histogram } from './histogram.ts'
import type { Options } from './options.ts'

const BUCKETS = 768
/** Standard deviations on each side that are drawn from; beyond are 2 of 10^9 rows. */
const REACH = 6
const LIMIT = 1e15

/** Gauss's bell around `mean`. */
export const normal: Generator = {
  kind: 'normal',
  compile(options, context) {
    const { unit, ...limits } = readLimits(options)
    const mean = options.number('mean', { min: -LIMIT, max: LIMIT }) * unit
    const deviation = options.number('stddev', { min: 0, max: LIMIT }) * unit
    const [low, high] = [mean - REACH * deviation, mean + REACH * deviation]
    const edges = Array.from({ length: BUCKETS + 1 }, (_, k) => low + ((high - low) * k) / BUCKETS)
    const position = (x: number) => (deviation === 0 ? Math.sign(x - mean) * REACH : (x - mean) / deviation)
    return made({ edges, position, ...limits }, options, context)
  },
}

/** The logarithm is normal: amounts, sizes, durations. Half of the rows are below `median`. */
export const lognormal: Generator = {
  kind: 'lognormal',
  compile(options, context) {
    const { unit, ...limits } = readLimits(options)
    const median = options.number('median', { min: 1e-9, max: LIMIT }) * unit
    const sigma = options.number('sigma', { min: 0.001, max: 4 })
    const edges = Array.from({ length: BUCKETS + 1 }, (_, k) => {
      return median * exp(sigma * REACH * ((2 * k) / BUCKETS - 1))
    })
    const position = (x: number) => (x <= 0 ? -REACH : ln(x / median) / sigma)
    return made({ edges, position, ...limits }, options, context)
  },
}

interface Limits {
  readonly scale: number
  /** In units of 10^-scale. */
  readonly min: number
  readonly max: number
}

export function readLimits(options: Options): Limits & { readonly unit: number } {
  const scale = options.integer('scale', { min: 0, max: 9, fallback: 0 })
  const unit = 10 ** scale
  const bound = (name: 'min' | 'max', fallback: number) =>
    Math.round(options.number(name, { min: -LIMIT, max: LIMIT, fallback }) * unit)
  const [min, max] = [bound('min', -LIMIT / unit), bound('max', LIMIT / unit)]
  if (max < min) options.fail('max must not be below min')
  return { scale, unit, min, max }
}

interface Bell extends Limits {
  /** Ascending. */
  readonly edges: readonly number[]
  /** How many standard deviations a number is from the middle. */
  readonly position: (x: number) => number
}

function made(bell: Bell, options: Options, context: Context) {
  const { edges, position, scale } = bell
  const bounds = wholeBounds(edges, bell)
  if (bounds.length < 2) return options.fail('no value lies between min and max')
  // A number stands for all that is rounded to it.
  const weights = bounds.slice(1).map((end, k) => mass(position(bounds[k]! - 0.5), position(end - 0.5)))
  if (!weights.some((weight) => weight > 0)) options.fail('no value lies between min and max')
  return numbersOf({ bounds, weights }, { scale, options, context })
}

/** Whole numbers among the edges and within the limits; the last one is excluded. */
export function wholeBounds(edges: readonly number[], { min, max }: Pick<Limits, 'min' | 'max'>): number[] {
  const whole = edges.map((edge) => Math.min(Math.max(Math.round(edge), min), max + 1))
  // One bucket at least, where all edges round to one number.
  if (whole.at(-1)! === whole[0]! && whole[0]! <= max) whole.push(whole[0]! + 1)
  return whole.filter((bound, k) => k === 0 || bound > whole[k - 1]!)
}

/** What the kind of column gets: whole numbers, or decimals of `scale` places. */
export function numbersOf(
  histogram: Histogram,
  { scale, options, context }: { scale: number; options: Options; context: Context },
) {
  const { bounds } = histogram
  const [min, max] = [bounds[0]!, bounds.at(-1)! - 1]
  if (!Number.isSafeInteger(min) || !Number.isSafeInteger(max) || max - min > 1e15)
    return options.fail('the values would be too large: give min and max, or fewer places')
  if (bounds.some((bound, k) => k > 0 && bound - bounds[k - 1]! > 2 ** 31))
    return options.fail('the values spread too far: give min and max, or fewer places')
  const { at, sql } = draw(histogram, context.stream(), context)
  return scale === 0
    ? { kind: 'int' as const, min, max, at, sql }
    : { kind: 'decimal' as const, scale, min, max, at, sql }
}

/** The part of a normal distribution between two positions, by Simpson's rule. */
function mass(from: number, to: number): number {
  const [a, b] = [Math.max(from, -8), Math.min(to, 8)]
  if (b <= a) return 0
  const panels = 2 * Math.ceil((b - a) * 8) + 2
  const step = (b - a) / panels
  let sum = 0
  for (let k = 0; k <= panels; k++) {
    const x = a + k * step
    sum += (k === 0 || k === panels ? 1 : k % 2 === 1 ? 4 : 2) * exp((-x * x) / 2)
  }
  return (sum * step) / 3
}
