import { isDeepEqual } from './equal.ts'
import { parse } from './parser.ts'

/**
 * The same statement as a person writes it: names quoted only where they have to be, no `USING btree`, no brackets twice around a
 * CHECK. The parser compares the two: what it reads differently stays as it was.
 */
export async function plain(sql: string): Promise<string> {
  let text = sql
  for (const change of [withoutQuotes, withoutBtree, withoutBrackets]) {
    const changed = await change(text)
    if (changed !== text && (await saysTheSame(text, changed))) text = changed
  }
  return text
}

async function saysTheSame(a: string, b: string): Promise<boolean> {
  try {
    return isDeepEqual(await parse(a), await parse(b))
  } catch {
    return false
  }
}

/** Strings, dollar quotes and comments are passed over; what is in double quotes is the second group. */
const QUOTED = /'(?:[^']|'')*'|(\$(?:[A-Za-z_]\w*)?\$)[\s\S]*?\1|--[^\n]*|\/\*[\s\S]*?\*\/|"((?:[^"]|"")*)"/g

async function withoutQuotes(sql: string): Promise<string> {
  const words = new Set([...sql.matchAll(QUOTED)].flatMap(([, , word]) => (word ? [word] : [])))
  const bare = new Set<string>()
  for (const word of words) if (await isPlain(word)) bare.add(word)
  return sql.replaceAll(QUOTED, (whole: string, _tag, word: string | undefined) =>
    word !== undefined && bare.has(word) ? word : whole,
  )
}

const known = new Map<string, Promise<boolean>>()

/** Wherever it stands: as a column, as a function, as a schema. Keywords with a place of their own are none of that. */
function isPlain(word: string): Promise<boolean> {
  if (!/^[a-z_][a-z0-9_]*$/.test(word)) return Promise.resolve(false)
  const there = known.get(word)
  if (there !== undefined) return there
  const asked = saysTheSame(
    `select ${word}, ${word}(1), ${word}.a`,
    `select "${word}", "${word}"(1), "${word}".a`,
  )
  known.set(word, asked)
  return asked
}

function withoutBtree(sql: string): string {
  return sql.replace(/^(CREATE [^(]*?) USING btree \(/, '$1 (')
}

function withoutBrackets(sql: string): string {
  return sql.replace(/ CHECK \(\((.*)\)\)( NOT VALID)?$/s, ' CHECK ($1)$2')
}
