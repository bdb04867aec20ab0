/** Reads SQL that PostgreSQL itself wrote: always well formed, without comments. */

/** Where the quoted name or constant that begins at `at` ends; undefined where none begins there. */
function quotedEnd(text: string, at: number): number | undefined {
  const quote = text[at]
  if (quote !== '"' && quote !== "'") return undefined
  const backslashes = quote === "'" && /(^|[^\w$"])E$/i.test(text.slice(0, at))
  for (let i = at + 1; i < text.length; i += 1) {
    if (backslashes && text[i] === '\\') i += 1
    else if (text[i] === quote && text[i + 1] === quote) i += 1
    else if (text[i] === quote) return i + 1
  }
  return text.length
}

/** The parts of a list, cut at the commas that stand in no brackets and no quotes. */
export function splitList(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let from = 0
  for (let i = 0; i < text.length; i += 1) {
    const end = quotedEnd(text, i)
    if (end !== undefined) i = end - 1
    else if ('([{'.includes(text[i]!)) depth += 1
    else if (')]}'.includes(text[i]!)) depth -= 1
    else if (text[i] === ',' && depth === 0) {
      parts.push(text.slice(from, i).trim())
      from = i + 1
    }
  }
  const last = text.slice(from).trim()
  return last === '' && parts.length === 0 ? [] : [...parts, last]
}

/** What stands in the brackets that open at `at`, and where they close. */
export function inBrackets(text: string, at: number): { readonly inside: string; readonly end: number } {
  let depth = 0
  for (let i = at; i < text.length; i += 1) {
    const end = quotedEnd(text, i)
    if (end !== undefined) i = end - 1
    else if (text[i] === '(') depth += 1
    else if (text[i] === ')') {
      depth -= 1
      if (depth === 0) return { inside: text.slice(at + 1, i), end: i + 1 }
    }
  }
  throw new TypeError(`brackets are not closed in ${text}`)
}

/** The name at the start of the text, unquoted; undefined where none is there. */
export function leadingName(text: string): { readonly name: string; readonly length: number } | undefined {
  if (text[0] === '"') {
    const length = quotedEnd(text, 0)!
    return { name: text.slice(1, length - 1).replaceAll('""', '"'), length }
  }
  const plain = /^[\p{L}_][\p{L}\p{N}_$]*/u.exec(text)?.[0]
  return plain === undefined ? undefined : { name: plain, length: plain.length }
}

/** The string in a constant as the server writes it: 'it''s', E'a\\b', 42, true. */
export function constantText(sql: string): string {
  const body = /^E?'([\s\S]*)'$/i.exec(sql)?.[1]
  if (body === undefined) return sql
  const text = body.replaceAll("''", "'")
  return sql.startsWith("'") ? text : text.replaceAll(/\\(.)/gs, '$1')
}
