import { chance } from './boolean.ts'
import type { Generator } from './generator.ts'

/** Another generator's values, and null in a fraction of the rows. */
export const nullable: Generator = {
  kind: 'nullable',
  compile(options, context) {
    const fraction = options.fraction('fraction', { closed: true })
    const source = context.compile(options.spec('of'), 'of')
    if (source.isNull !== undefined) options.fail('of is nullable already')
    const nulls = chance(context.stream('null'), fraction)
    return { ...source, isNull: nulls.at, nullSql: nulls.sql }
  },
}
