import type { Generator } from './generator.ts'
import { uniform } from './int.ts'

const MAX_ELEMENTS = 100

/** `min` to `max` values of another generator, each number of them equally often. */
export const array: Generator = {
  kind: 'array',
  compile(options, context) {
    const max = options.integer('max', { min: 0, max: MAX_ELEMENTS, fallback: 5 })
    const min = options.integer('min', { min: 0, max, fallback: 0 })
    const spec = options.spec('of')
    // One source at the least, so that an empty array has a type.
    const elements = Array.from({ length: Math.max(1, max) }, (_, k) => context.compile(spec, `[${k}]`))
    if (elements.some(({ kind }) => kind === 'array')) options.fail('of must not make arrays itself')
    return { kind: 'array', elements, ...uniform(context.stream('length'), { min, max }) }
  },
}
