import { ident } from '../../kernel/index.ts'
import type { Index } from '../../model/index.ts'
import { leadingName } from './scan.ts'

/** pg_get_indexdef in its parts: CREATE UNIQUE INDEX name ON ONLY public.t USING btree (a). */
export interface IndexText {
  readonly unique: boolean
  /** From USING on. */
  readonly body: string
}

export function parseIndex(definition: string): IndexText {
  const head = /^CREATE (UNIQUE )?INDEX /.exec(definition)
  if (head === null) throw new TypeError(`not an index definition: ${definition}`)
  const name = skipName(definition.slice(head[0].length))
  const on = /^ ON (?:ONLY )?/.exec(name)![0]
  return { unique: head[1] !== undefined, body: skipName(name.slice(on.length)).trimStart() }
}

/** What is left behind a name, with or without a schema. */
function skipName(text: string): string {
  const first = leadingName(text)!
  const rest = text.slice(first.length)
  if (!rest.startsWith('.')) return rest
  return rest.slice(1 + leadingName(rest.slice(1))!.length)
}

export interface IndexWords {
  readonly name: string
  /** Quoted. */
  readonly table: string
  readonly concurrently?: boolean
  readonly only?: boolean
  readonly tablespace?: string | undefined
}

export function createIndexSql(
  definition: string,
  { name, table, concurrently, only, tablespace }: IndexWords,
): string {
  const { unique, body } = parseIndex(definition)
  return [
    `CREATE${unique ? ' UNIQUE' : ''} INDEX`,
    ...(concurrently ? ['CONCURRENTLY'] : []),
    ident(name),
    'ON',
    ...(only ? ['ONLY'] : []),
    table,
    tablespace === undefined ? body : withTablespace(body, tablespace),
  ].join(' ')
}

/** pg_get_indexdef leaves the tablespace out; it stands between WITH (…) and WHERE. */
function withTablespace(body: string, tablespace: string): string {
  const where = whereAt(body)
  return `${body.slice(0, where)} TABLESPACE ${ident(tablespace)}${body.slice(where)}`
}

/** Where the condition of a partial index begins: the last WHERE outside of brackets and quotes. */
function whereAt(body: string): number {
  let depth = 0
  for (let i = 0; i < body.length; i += 1) {
    const char = body[i]!
    if (char === '"' || char === "'") i = body.indexOf(char, i + 1)
    else if (char === '(') depth += 1
    else if (char === ')') depth -= 1
    else if (depth === 0 && body.startsWith(' WHERE ', i)) return i
  }
  return body.length
}

/** Whether two definitions make the same index, whatever its name and its table's. */
export function sameIndex(a: string, b: string): boolean {
  const [x, y] = [parseIndex(a), parseIndex(b)]
  return x.unique === y.unique && x.body === y.body
}

/** Storage parameters: what stands in WITH (…), and the rest of the definition. */
export function splitOptions(body: string): { readonly options: string | undefined; readonly rest: string } {
  const found = / WITH \(((?:[^()']|'(?:[^']|'')*')*)\)(?= WHERE |$)/.exec(body)
  if (found === null) return { options: undefined, rest: body }
  return { options: found[1], rest: body.replace(found[0], '') }
}

/** Whether a constraint can take over the index: what else it has of its own can be set. */
export function canBecome(
  { table, definition, valid, constraint }: Index,
  wanted: Pick<Index, 'table' | 'definition'>,
): boolean {
  const [a, b] = [parseIndex(definition), parseIndex(wanted.definition)]
  const isSame = a.unique === b.unique && splitOptions(a.body).rest === splitOptions(b.body).rest
  return isSame && table === wanted.table && valid && constraint === undefined
}
