import { fixedText, putDecimal, putFixed } from '../bytes.ts'
import { inline } from '../inline.ts'
import type { TextSource } from '../source.ts'
import type { Generator } from './generator.ts'
import { FIRST_NAMES, LAST_NAMES } from './people.ts'
import { lengthFor, shuffled } from './permuted.ts'
import { FIRSTS, itemSql, LASTS, longest, PAIRS } from './person.ts'

const LOWER_FIRSTS = FIRST_NAMES.map((name) => name.toLowerCase())
const LOWER_LASTS = LAST_NAMES.map((name) => name.toLowerCase())
/** Reserved for examples (RFC 2606): nobody's mail. */
const DOMAINS = ['example.com', 'example.net', 'example.org', 'mail.example.com', 'post.example.org']
const NAMED = PAIRS * DOMAINS.length

/** mary.smith4711@example.com, none twice: a bijection of the row's number onto names, numbers and domains. */
export const email: Generator = {
  kind: 'email',
  compile(options, context): TextSource {
    const digits = lengthFor(options, context, { least: 4, values: (length) => NAMED * 10 ** length })
    const number = shuffled(options, context, NAMED * 10 ** digits)
    const { sql } = number
    const [firsts, lasts, domains] = [
      LOWER_FIRSTS.map((name) => fixedText(`${name}.`)),
      LOWER_LASTS.map(fixedText),
      DOMAINS.map((name) => fixedText(`@${name}`)),
    ]
    const parts = [
      itemSql(LOWER_FIRSTS, `(${sql} % ${FIRSTS.length})`),
      "'.'",
      itemSql(LOWER_LASTS, `(${sql} / ${FIRSTS.length} % ${LASTS.length})`),
      `(${sql} / ${NAMED})::text`,
      "'@'",
      itemSql(DOMAINS, `(${sql} / ${PAIRS} % ${DOMAINS.length})`),
    ]
    return {
      kind: 'text',
      maxBytes: longest(firsts) + longest(lasts) + digits + longest(domains),
      write: inline`(low, out, pos) => {
        const n = ${number.at}(low)
        const suffix = Math.floor(n / ${NAMED})
        const named = n - suffix * ${NAMED}
        const domain = (named / ${PAIRS}) | 0
        const pair = named - domain * ${PAIRS}
        const last = (pair / ${FIRSTS.length}) | 0
        let end = ${putFixed}(out, pos, ${firsts}[pair - last * ${FIRSTS.length}])
        end = ${putFixed}(out, end, ${lasts}[last])
        end = ${putDecimal}(out, end, suffix)
        return ${putFixed}(out, end, ${domains}[domain])
      }`,
      sql: `(${parts.join(' || ')})`,
    }
  },
}
