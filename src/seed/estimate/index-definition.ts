/** What pg_get_indexdef() says of an index, or pg_get_constraintdef() of a key or an exclusion constraint. */
export interface IndexDefinition {
  readonly method: string
  readonly unique: boolean
  /** A name for a column, null for an expression. */
  readonly keys: readonly (string | null)[]
  readonly included: readonly (string | null)[]
  /** Of the first key, where it is not the default one. */
  readonly opclass: string | undefined
  readonly options: Readonly<Record<string, string>>
  readonly predicate: boolean
}

const NAME = String.raw`(?:"(?:[^"]|"")+"|[^\s".()]+)`
const INDEX = new RegExp(
  `^CREATE (UNIQUE )?INDEX ${NAME} ON (?:ONLY )?${NAME}(?:\\.${NAME})? USING (${NAME}) `,
)
const KEY = /^(?:PRIMARY KEY|UNIQUE(?: NULLS NOT DISTINCT)?) /
const EXCLUDE = new RegExp(`^EXCLUDE USING (${NAME}) `)

/** Undefined for what is none of these. */
export function parseIndex(definition: string): IndexDefinition | undefined {
  const index = INDEX.exec(definition)
  const exclude = EXCLUDE.exec(definition)
  const head = index ?? exclude ?? KEY.exec(definition)
  if (head === null) return undefined
  const { items, rest } = readList(definition.slice(head[0].length))
  const overlaps = items.at(-1)?.endsWith(' WITHOUT OVERLAPS') === true
  const method = index?.[2] ?? exclude?.[1] ?? (overlaps ? 'gist' : 'btree')
  return {
    method: unquote(method),
    unique: index === null ? exclude === null : index[1] !== undefined,
    keys: items.map((item) => columnOf(item)?.name ?? null),
    opclass: columnOf(items[0] ?? '')?.opclass,
    ...readRest(rest),
  }
}

function readRest(rest: string): Pick<IndexDefinition, 'included' | 'options' | 'predicate'> {
  const include = / INCLUDE (?=\()/.exec(rest)
  // A condition may hold anything, also what looks like the clauses before it.
  const included = include?.index === 0 ? readList(rest.slice(include[0].length)) : { items: [], rest }
  const after = included.rest.replace(/^ NULLS NOT DISTINCT/, '')
  const settings = after.startsWith(' WITH (')
    ? readList(after.slice(' WITH '.length))
    : { items: [], rest: after }
  return {
    included: included.items.map((item) => columnOf(item)?.name ?? null),
    options: Object.fromEntries(settings.items.map(readOption)),
    predicate: settings.rest.startsWith(' WHERE '),
  }
}

function readOption(item: string): [string, string] {
  const at = item.indexOf('=')
  return [item.slice(0, at), item.slice(at + 1).replace(/^'(.*)'$/s, '$1')]
}

const COLUMN = /^(?:"((?:[^"]|"")+)"|([a-z_][a-z0-9_]*))(?![a-z0-9_("'.])(.*)$/s
const OPCLASS = new RegExp(`^ (?!(?:ASC|DESC|NULLS|WITH|WITHOUT)\\b)(?:${NAME}\\.)?(${NAME})`)

/** Undefined for an expression. */
function columnOf(item: string): { name: string; opclass: string | undefined } | undefined {
  const [, quoted, plain, rest = ''] = COLUMN.exec(item) ?? []
  if (quoted === undefined && plain === undefined) return undefined
  const collated = rest.replace(new RegExp(`^ COLLATE (?:${NAME}\\.)?${NAME}`), '')
  const opclass = OPCLASS.exec(collated)?.[1]
  return {
    name: quoted?.replaceAll('""', '"') ?? plain!,
    opclass: opclass === undefined ? undefined : unquote(opclass),
  }
}

function unquote(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name
}

/** The list in parentheses that `text` begins with, cut at its commas, and what follows it. */
function readList(text: string): { readonly items: readonly string[]; readonly rest: string } {
  const items: string[] = []
  let depth = 0
  let item = ''
  for (const { 0: token, index } of text.matchAll(/"(?:[^"]|"")*"|'(?:[^']|'')*'|[(),]|[^"'(),]+/g)) {
    if (token === ')') depth--
    if (depth === 0 || (depth === 1 && token === ',')) {
      if (token !== '(') items.push(item.trim())
      item = ''
    } else item += token
    if (token === '(') depth++
    if (depth === 0) return { items, rest: text.slice(index + 1) }
  }
  return { items, rest: '' }
}
