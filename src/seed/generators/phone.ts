import { literal } from '../../kernel/index.ts'
import { fixedText, newBytes, putDigits, putFixed } from '../bytes.ts'
import { inline } from '../inline.ts'
import type { TextSource } from '../source.ts'
import type { Generator } from './generator.ts'
import { shuffled } from './permuted.ts'

const MAX_DIGITS = 12

/** Telephone numbers, none twice: each # of the template is a digit of a number that a bijection makes of the row's. */
export const phoneNumber: Generator = {
  kind: 'phoneNumber',
  compile(options, context): TextSource {
    const template = options.text('template', '+1##########')
    if (!/^[+\d#(). -]{1,64}$/.test(template))
      options.fail('template must consist of digits, #, +, -, ., parentheses and spaces')
    const digits = template.split('#').length - 1
    if (digits < 1 || digits > MAX_DIGITS) options.fail(`template must have 1 to ${MAX_DIGITS} #`)
    const number = shuffled(options, context, 10 ** digits)
    const places = [...template].flatMap((char, k) => (char === '#' ? [k] : []))
    const scratch = newBytes(MAX_DIGITS)
    const fixed = fixedText(template)
    return {
      kind: 'text',
      maxBytes: template.length,
      write: inline`(low, out, pos) => {
        ${putDigits}(${scratch}, 0, { value: ${number.at}(low), digits: ${digits} })
        const end = ${putFixed}(out, pos, ${fixed})
        for (let k = 0; k < ${digits}; k++) out.setInt8(pos + ${places}[k], ${scratch}.getInt8(k))
        return end
      }`,
      sql: templateSql(template, context.once(`lpad((${number.sql})::text, ${digits}, '0')`)),
    }
  },
}

function templateSql(template: string, digits: string): string {
  let used = 0
  const parts = (template.match(/#+|[^#]+/g) ?? []).map((part) => {
    if (part[0] !== '#') return literal(part)
    used += part.length
    return `substr(${digits}, ${used - part.length + 1}, ${part.length})`
  })
  return `(${parts.join(' || ')})`
}
