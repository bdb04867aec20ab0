/** Words that PostgreSQL quotes as names although they look like plain ones. */
const QUOTED = new Set(
  `all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both case cast char character
  check coalesce collate collation column concurrently constraint create cross current_catalog current_date current_role
  current_schema current_time current_timestamp current_user dec decimal default deferrable desc distinct do else end except exists
  extract false fetch float for foreign freeze from full grant greatest group grouping having ilike in initially inner inout int
  integer intersect interval into is isnull join lateral leading least left like limit localtime localtimestamp national natural nchar
  none normalize not notnull null nullif numeric offset on only or order out outer overlaps overlay placing position precision primary
  real references returning right row select session_user setof similar smallint some substring symmetric system_user table tablesample
  then time timestamp to trailing treat trim true union unique user using values varchar variadic verbose when where window with
  xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable`.split(
    /\s+/,
  ),
)

function quoteAsServer(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) && !QUOTED.has(name) ? name : `"${name.replaceAll('"', '""')}"`
}

interface Token {
  readonly text: string
  /** The name, where the token is one. */
  readonly name: string | undefined
  readonly string: boolean
}

const TOKEN =
  /\$(\w*)\$.*?\$\1\$|E?'(?:[^'\\]|''|\\.)*'|"(?:[^"]|"")*"|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|\s+|./gsu

function tokens(text: string): Token[] {
  return [...text.matchAll(TOKEN)].map(([part]) => {
    const quoted = part.startsWith('"') && part.length > 1
    const string = /^(E?'|\$\w*\$)/.test(part) && part.length > 1
    const plain = !string && /^[A-Za-z_\u0080-\uffff]/.test(part)
    const name = quoted ? part.slice(1, -1).replaceAll('""', '"') : plain ? part : undefined
    return { text: part, name, string }
  })
}

export interface NameChange {
  readonly schema: string
  readonly name: string
  readonly newSchema: string
  readonly newName: string
}

/** Relations, types and routines, which the server always writes with their schema; and what is qualified by them. */
export function renameInText(text: string, changes: readonly NameChange[]): string {
  const list = tokens(text)
  const at = (i: number): string | undefined => list[i]?.name
  const out = list.map((token) => token.text)
  for (let i = 0; i < list.length; i++) {
    for (const { schema, name, newSchema, newName } of changes) {
      const dotted =
        list[i + 1]?.text === '.' && at(i + 2) === name && at(i) === schema && list[i - 1]?.text !== '.'
      if (dotted) {
        out[i] = quoteAsServer(newSchema)
        out[i + 2] = quoteAsServer(newName)
      } else if (
        at(i) === name &&
        list[i + 1]?.text === '.' &&
        list[i - 1]?.text !== '.' &&
        name !== schema
      ) {
        out[i] = quoteAsServer(newName)
      } else if (list[i]!.string && list[i]!.text === `'${quoteAsServer(schema)}.${quoteAsServer(name)}'`) {
        out[i] = `'${quoteAsServer(newSchema)}.${quoteAsServer(newName)}'`
      }
    }
  }
  return out.join('')
}

/** Of a column, in a text that knows one column of this name. A function of the name is another thing. */
export function renameColumnIn(text: string, name: string, newName: string): string {
  const list = tokens(text)
  return list
    .map((token, i) => {
      const called = list[i + 1]?.text === '(' && token.text[0] !== '"'
      const alias = list[i - 2]?.name?.toUpperCase() === 'AS' && list[i - 1]?.text.trim() === ''
      const typed = list[i - 1]?.text === ':'
      return token.name === name && !called && !alias && !typed ? quoteAsServer(newName) : token.text
    })
    .join('')
}

/** What the server makes of a view's query when a column that it shows is renamed: the view's own column keeps its name. */
export function renameColumnInView(text: string, name: string, newName: string): string {
  const renamed = tokens(renameColumnIn(text, name, newName))
  let depth = 0
  let inList = true
  return renamed
    .map((token, i) => {
      if (token.text === '(') depth++
      if (token.text === ')') depth--
      if (depth === 0 && token.name?.toUpperCase() === 'FROM') inList = false
      const next = renamed.slice(i + 1).find((other) => other.text.trim() !== '')
      const shown = next === undefined || next.text === ',' || next.name?.toUpperCase() === 'FROM'
      return inList && depth === 0 && token.name === newName && shown
        ? `${token.text} AS ${quoteAsServer(name)}`
        : token.text
    })
    .join('')
}

/** The name that a definition gives to what it defines: the first of this name in it. */
export function renameSelf(text: string, name: string, newName: string): string {
  const list = tokens(text)
  const first = list.findIndex((token) => token.name === name)
  return list.map((token, i) => (i === first ? quoteAsServer(newName) : token.text)).join('')
}
