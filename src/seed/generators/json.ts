import { literal } from '../../kernel/index.ts'
import { fixedText, putFixed } from '../bytes.ts'
import { fuseParts, type PartWriter } from '../fuse.ts'
import { inline } from '../inline.ts'
import type { JsonSource } from '../source.ts'
import type { Generator } from './generator.ts'
import { type JsonPart, jsonPart } from './json-part.ts'
import type { Options } from './options.ts'

/**
 * A document whose fields are other generators. Both twins write it as the server prints a jsonb value, and the server
 * parses that text: a quarter cheaper than jsonb_build_object().
 */
export const json: Generator = {
  kind: 'json',
  compile(options, context): JsonSource {
    const fields = readFields(options).map(([key, value]) => {
      const source = context.compile(options.spec(`fields.${key}`, value), key)
      const part = jsonPart(source)
      if (typeof part === 'string') return options.fail(`field ${key} holds ${part}`)
      return { key: JSON.stringify(key), part }
    })
    const parts = fields.flatMap(({ key, part }, k) => {
      const before = `${k === 0 ? '{' : ', '}${key}: `
      return [constant(before), part]
    })
    const all = fields.length === 0 ? [constant('{}')] : [...parts, constant('}')]
    return {
      kind: 'json',
      maxBytes: all.reduce((sum, part) => sum + part.maxBytes, 0),
      write: fuseParts(writersOf(all)),
      sql: `(${all.map((part) => part.sql).join(' || ')})`,
    }
  },
}

/** In the order of jsonb: shorter keys first, then by their bytes. */
function readFields(options: Options): readonly (readonly [string, unknown])[] {
  const fields = options.get('fields')
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields))
    options.fail('fields must be an object of generators')
  return Object.entries(fields).sort(([x], [y]) => {
    const [p, q] = [Buffer.from(x), Buffer.from(y)]
    return p.length - q.length || Buffer.compare(p, q)
  })
}

interface Constant extends JsonPart {
  readonly text: string
}

function constant(text: string): Constant {
  const fixed = fixedText(text)
  return {
    text,
    maxBytes: fixed.length,
    write: inline`(low, out, pos) => ${putFixed}(out, pos, ${fixed})`,
    sql: literal(text),
  }
}

/** A constant and the choice behind it are one write where the choice can take it along. */
function writersOf(parts: readonly (JsonPart | Constant)[]): PartWriter[] {
  return parts.flatMap((part, k) => {
    const before = parts[k - 1]
    if ('text' in part && parts[k + 1]?.behind !== undefined) return []
    if (before !== undefined && 'text' in before && part.behind !== undefined)
      return [part.behind(before.text)]
    return [part.write]
  })
}
