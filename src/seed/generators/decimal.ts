import { MAX_SPAN } from '../stream.ts'
import type { Generator } from './generator.ts'
import { uniform } from './int.ts'
import type { Options } from './options.ts'

/** Decimal numbers with `scale` places, from min to max (both included), evenly. */
export const decimal: Generator = {
  kind: 'decimal',
  compile(options, context) {
    const scale = options.integer('scale', { min: 1, max: 9, fallback: 2 })
    const min = units(options, { name: 'min', scale, fallback: 0 })
    const max = units(options, { name: 'max', scale })
    if (max < min) options.fail('max must not be below min')
    if (max - min >= MAX_SPAN)
      options.fail(`min to max must span at most ${MAX_SPAN} values of ${scale} places`)
    return { kind: 'decimal', scale, min, max, ...uniform(context.stream(), { min, max }) }
  },
}

/** A bound such as 9.99, in units of 10^-scale. */
function units(
  options: Options,
  { name, scale, fallback }: { name: string; scale: number; fallback?: number },
) {
  const value = options.get(name) ?? fallback
  if (typeof value !== 'number' || !Number.isFinite(value)) options.fail(`${name} must be a number`)
  const scaled = Math.round(value * 10 ** scale)
  if (!Number.isSafeInteger(scaled) || scaled / 10 ** scale !== value)
    options.fail(`${name} must have at most ${scale} decimal places, not ${value}`)
  return scaled
}
