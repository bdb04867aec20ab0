import { constantText, inBrackets, leadingName, splitList } from './scan.ts'

/** One value of a bound; a value's text is the constant without its quotes. */
export type Value =
  | { readonly kind: 'min' }
  | { readonly kind: 'max' }
  | { readonly kind: 'null' }
  | { readonly kind: 'value'; readonly text: string }

export interface RangeBound {
  readonly kind: 'range'
  readonly from: readonly Value[]
  /** Exclusive. */
  readonly to: readonly Value[]
}

export type Bound =
  | RangeBound
  | { readonly kind: 'list'; readonly values: readonly Value[] }
  | { readonly kind: 'hash'; readonly modulus: number; readonly remainder: number }
  | { readonly kind: 'default' }

/** A bound as pg_get_expr(relpartbound) writes it. */
export function parseBound(text: string): Bound {
  if (/^DEFAULT$/i.test(text)) return { kind: 'default' }
  const first = inBrackets(text, text.indexOf('('))
  if (/^FOR VALUES FROM/i.test(text)) {
    const second = inBrackets(text, text.indexOf('(', first.end))
    return { kind: 'range', from: values(first.inside), to: values(second.inside) }
  }
  if (/^FOR VALUES IN/i.test(text)) return { kind: 'list', values: values(first.inside) }
  const hash = /modulus\s+(\d+)\s*,\s*remainder\s+(\d+)/i.exec(first.inside)
  if (!/^FOR VALUES WITH/i.test(text) || hash === null) throw new TypeError(`not a partition bound: ${text}`)
  return { kind: 'hash', modulus: Number(hash[1]), remainder: Number(hash[2]) }
}

function values(list: string): Value[] {
  return splitList(list).map((sql) => {
    if (/^MINVALUE$/i.test(sql)) return { kind: 'min' }
    if (/^MAXVALUE$/i.test(sql)) return { kind: 'max' }
    if (/^NULL$/i.test(sql)) return { kind: 'null' }
    return { kind: 'value', text: constantText(sql) }
  })
}

export interface Key {
  readonly strategy: 'range' | 'list' | 'hash'
  readonly parts: readonly KeyPart[]
}

export interface KeyPart {
  /** As it stands in an expression. */
  readonly sql: string
  /** Where it is a column. */
  readonly column: string | undefined
}

/** A key as pg_get_partkeydef writes it: RANGE (event_time), LIST (lower(name) COLLATE "C"). */
export function parseKey(text: string): Key {
  const strategy = text.slice(0, text.indexOf(' ')).toLowerCase() as Key['strategy']
  return { strategy, parts: splitList(inBrackets(text, text.indexOf('(')).inside).map(keyPart) }
}

function keyPart(text: string): KeyPart {
  // A name with nothing but a collation or an operator class behind it; lower(x) and (x + 1) are expressions.
  const name = leadingName(text)
  const rest = name === undefined ? text : text.slice(name.length)
  if (name !== undefined && /^(\s|$)/.test(rest)) {
    const collation =
      /^\s+COLLATE\s+("(?:[^"]|"")*"|[\w$]+)(\.("(?:[^"]|"")*"|[\w$]+))?/i.exec(rest)?.[0] ?? ''
    return { sql: text.slice(0, name.length) + collation, column: name.name }
  }
  const end = text.startsWith('(') ? inBrackets(text, 0).end : inBrackets(text, text.indexOf('(')).end
  return { sql: text.slice(0, end), column: undefined }
}
