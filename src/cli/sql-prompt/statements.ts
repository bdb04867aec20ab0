export interface Split {
  /** Complete statements, without their semicolons. */
  readonly statements: readonly string[]
  /** What has no semicolon yet; blank when there is nothing but space and comments. */
  readonly rest: string
}

/**
 * Cuts typed text at its semicolons, those in strings, quoted names, dollar quotes, comments and brackets excepted.
 * A stepping stone for input that may be incomplete or wrong, which a parser would reject.
 */
export function splitStatements(text: string): Split {
  const statements: string[] = []
  let start = 0
  let depth = 0
  let at = 0
  while (at < text.length) {
    const end = skipQuoted(text, at)
    // Unfinished: all that is left belongs to it.
    if (end === undefined) break
    if (end > at) {
      at = end
      continue
    }
    const char = text[at]!
    if (char === '(') depth++
    else if (char === ')') depth = Math.max(0, depth - 1)
    else if (char === ';' && depth === 0) {
      statements.push(text.slice(start, at).trim())
      start = at + 1
    }
    at++
  }
  const rest = text.slice(start)
  return { statements: statements.filter((s) => !isBlank(s)), rest: isBlank(rest) ? '' : rest }
}

/** The end of the string, name or comment that begins at `at`; `at` itself when none does; undefined when it has no end. */
function skipQuoted(text: string, at: number): number | undefined {
  const two = text.slice(at, at + 2)
  if (two === '--') return endOr(text.indexOf('\n', at), 1) ?? text.length
  if (two === '/*') return skipComment(text, at)
  const char = text[at]!
  if (char === "'") return skipString(text, at)
  if (char === '"') return endOr(text.indexOf('"', at + 1), 1)
  if (char === '$' && !/[\w$]/.test(text[at - 1] ?? '')) {
    const tag = /^\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/.exec(text.slice(at))?.[0]
    if (tag !== undefined) return endOr(text.indexOf(tag, at + tag.length), tag.length)
  }
  return at
}

/** A doubled quote ends one string and begins the next, which comes to the same; in E'' a backslash escapes. */
function skipString(text: string, at: number): number | undefined {
  const escapes = /(^|[^\w$])e$/i.test(text.slice(Math.max(0, at - 2), at))
  for (let i = at + 1; i < text.length; i++) {
    if (escapes && text[i] === '\\') i++
    else if (text[i] === "'") return i + 1
  }
  return undefined
}

/** PostgreSQL's comments nest. */
function skipComment(text: string, at: number): number | undefined {
  let depth = 0
  for (let i = at; i < text.length; i++) {
    const two = text.slice(i, i + 2)
    if (two === '/*') {
      depth++
      i++
    } else if (two === '*/') {
      depth--
      i++
      if (depth === 0) return i + 1
    }
  }
  return undefined
}

function endOr(found: number, length: number): number | undefined {
  return found === -1 ? undefined : found + length
}

function isBlank(text: string): boolean {
  return skipBlank(text) === text.length
}

/** Where the space and the finished comments at the beginning end. */
export function skipBlank(text: string): number {
  let at = 0
  while (at < text.length) {
    if (/\s/.test(text[at]!)) {
      at++
      continue
    }
    const comment = text.startsWith('--', at) || text.startsWith('/*', at)
    const end = comment ? skipQuoted(text, at) : undefined
    if (end === undefined) break
    at = end
  }
  return at
}
