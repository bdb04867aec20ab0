/** A constant of a bound as the server prints it, without its quotes. */
export type BoundConstant =
  | { readonly kind: 'value'; readonly text: string }
  | { readonly kind: 'min' | 'max' | 'null' }

export type Bound =
  | { readonly kind: 'range'; readonly from: readonly BoundConstant[]; readonly to: readonly BoundConstant[] }
  | { readonly kind: 'list'; readonly values: readonly BoundConstant[] }
  | { readonly kind: 'hash'; readonly modulus: number; readonly remainder: number }
  | { readonly kind: 'default' }

const HASH = /^FOR VALUES WITH \(modulus (\d+), remainder (\d+)\)$/i

/** Reads what pg_get_expr() prints of a partition's bound; undefined where it is nothing that we know. */
export function parseBound(text: string): Bound | undefined {
  if (text === 'DEFAULT') return { kind: 'default' }
  const hash = HASH.exec(text)
  if (hash) return { kind: 'hash', modulus: Number(hash[1]), remainder: Number(hash[2]) }
  if (text.startsWith(IN)) {
    const list = readList(text.slice(IN.length))
    return list && { kind: 'list', values: list.values }
  }
  const from = text.startsWith(FROM) ? readList(text.slice(FROM.length)) : undefined
  const rest = from && text.slice(FROM.length + from.length)
  const to = rest?.startsWith(TO) ? readList(rest.slice(TO.length)) : undefined
  return from && to && { kind: 'range', from: from.values, to: to.values }
}

const IN = 'FOR VALUES IN '
const FROM = 'FOR VALUES FROM '
const TO = ' TO '
const TOKEN = /\s*(?:(E)?'((?:[^']|'')*)'|([A-Za-z0-9_.+-]+))\s*([,)])/y

interface List {
  readonly values: readonly BoundConstant[]
  /** Of the text up to the closing parenthesis. */
  readonly length: number
}

function readList(text: string): List | undefined {
  if (!text.startsWith('(')) return undefined
  const values: BoundConstant[] = []
  TOKEN.lastIndex = 1
  for (let token = TOKEN.exec(text); token !== null; token = TOKEN.exec(text)) {
    const [, escaped, quoted, bare, end] = token
    values.push(
      quoted === undefined ? bareConstant(bare!) : { kind: 'value', text: unquote(quoted, escaped) },
    )
    if (end === ')') return { values, length: TOKEN.lastIndex }
  }
  return undefined
}

function bareConstant(text: string): BoundConstant {
  const kind = { MINVALUE: 'min', MAXVALUE: 'max', NULL: 'null' }[text] as 'min' | 'max' | 'null' | undefined
  return kind === undefined ? { kind: 'value', text } : { kind }
}

/** An E'' constant doubles backslashes, and escapes nothing else. */
function unquote(text: string, escaped: string | undefined): string {
  const single = text.replaceAll("''", "'")
  return escaped === undefined ? single : single.replaceAll('\\\\', '\\')
}
