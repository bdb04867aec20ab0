import type { CopySession } from '../../copy/index.ts'
import { ident, literal } from '../../kernel/index.ts'
import { misfit } from '../errors.ts'
import { type Condition, type Constant, canDrop, type Family, type Filter, isKnown } from './condition.ts'
import { type Parsed, parseWhere, type Written } from './parse.ts'

export interface WhereIn {
  readonly column: string
  readonly values: readonly string[]
}

export interface FilterColumn {
  readonly name: string
  /** As format_type() prints it. */
  readonly type: string
  /** Equal texts are equal bytes. */
  readonly deterministic: boolean
}

export interface FilterRequest {
  readonly where?: string | undefined
  readonly whereIn?: WhereIn | undefined
  readonly columns: readonly FilterColumn[]
  /** Every character of the files is in bytes of which no other has a part. */
  readonly plainBytes: boolean
}

/** What is said by --where and --where-in, before anybody knows the table. */
export interface WrittenFilter {
  readonly parsed: Parsed
  readonly sql: string
  readonly text: string
  readonly columns: readonly string[]
}

export async function readFilter(
  { where, whereIn }: Pick<FilterRequest, 'where' | 'whereIn'>,
  typeOf: (column: string) => string | undefined,
): Promise<WrittenFilter | undefined> {
  const parts: WrittenFilter[] = []
  if (where !== undefined) parts.push({ ...(await parseWhere(where)), text: where.trim() })
  if (whereIn !== undefined) {
    const { column, values } = whereIn
    parts.push({
      parsed: { kind: 'in', column, values: values.map((value) => ({ kind: 'text', value })) },
      sql: `${ident(column)} = any (${literal(arrayText(values))}::${typeOf(column) ?? 'text'}[])`,
      text: `${column} in ${values.length} values`,
      columns: [column],
    })
  }
  if (parts.length < 2) return parts[0]
  return {
    parsed: { kind: 'and', of: parts.map((part) => part.parsed) },
    sql: parts.map((part) => `(${part.sql})`).join(' and '),
    text: parts.map((part) => part.text).join(' and '),
    columns: [...new Set(parts.flatMap((part) => part.columns))],
  }
}

/** An array as PostgreSQL reads it. */
function arrayText(values: readonly string[]): string {
  return `{${values.map((value) => `"${value.replaceAll(/["\\]/g, '\\$&')}"`).join(',')}}`
}

/** With what the server makes of the constants. `session` is one like those that load: its time zone counts. */
export async function resolveFilter(
  session: CopySession,
  written: WrittenFilter,
  request: Pick<FilterRequest, 'columns' | 'plainBytes'>,
): Promise<Filter> {
  const condition = await resolve(session, written.parsed, request)
  const known = isKnown(condition)
  const where = canDrop(condition) ? (known ? 'here' : 'both') : 'server'
  return { sql: written.sql, text: written.text, condition, where }
}

type Columns = Pick<FilterRequest, 'columns' | 'plainBytes'>

async function resolve(session: CopySession, parsed: Parsed, columns: Columns): Promise<Condition> {
  switch (parsed.kind) {
    case 'and':
    case 'or': {
      const of: Condition[] = []
      for (const part of parsed.of) of.push(await resolve(session, part, columns))
      return { kind: parsed.kind, of }
    }
    case 'not':
      return { kind: 'not', of: await resolve(session, parsed.of, columns) }
    case 'compare': {
      const family = familyOf(parsed.column, columns)
      const [value] = await constants(session, family, [parsed.value])
      const ordered = family !== 'text' || parsed.op === '=' || parsed.op === '<>'
      if (family === undefined || value === undefined || !ordered) return { kind: 'server' }
      return { kind: 'compare', column: parsed.column, family, op: parsed.op, value }
    }
    case 'in': {
      const family = familyOf(parsed.column, columns)
      const values = await constants(session, family, parsed.values)
      if (family === undefined || !values.every((value) => value !== undefined)) return { kind: 'server' }
      return { kind: 'in', column: parsed.column, family, values }
    }
    case 'null':
      return parsed
    default:
      return { kind: 'server' }
  }
}

/** Types with a length or a precision change what they are given; those are the server’s. */
const FAMILIES: Readonly<Record<string, Family>> = {
  smallint: 'integer',
  integer: 'integer',
  bigint: 'integer',
  'double precision': 'float',
  text: 'text',
  'character varying': 'text',
  date: 'date',
  'timestamp without time zone': 'timestamp',
  'timestamp with time zone': 'timestamptz',
}

function familyOf(name: string, { columns, plainBytes }: Columns): Family | undefined {
  const column = columns.find((c) => c.name === name)
  if (column === undefined || !plainBytes) return undefined
  const family = FAMILIES[column.type]
  return family === 'text' && !column.deterministic ? undefined : family
}

type Resolved = Constant | undefined

async function constants(
  session: CopySession,
  family: Family | undefined,
  values: readonly Written[],
): Promise<readonly Resolved[]> {
  if (family === undefined) return values.map(() => undefined)
  if (family === 'integer') return values.map(({ value }) => integer(value))
  if (family === 'float') return values.map(({ value }) => float(value))
  if (family === 'text') return values.map(({ kind, value }) => (kind === 'text' ? value : undefined))
  if (values.some(({ kind }) => kind !== 'text')) return values.map(() => undefined)
  return times(session, TIME_TYPES[family], values)
}

const TIME_TYPES = {
  date: 'date',
  timestamp: 'timestamp without time zone',
  timestamptz: 'timestamp with time zone',
} as const

function integer(text: string): Resolved {
  return /^[+-]?\d{1,15}$/.test(text.trim()) ? Number(text) : undefined
}

function float(text: string): Resolved {
  const value = Number(text)
  return /^[+-]?\d+(\.\d+)?$/.test(text.trim()) && Number.isFinite(value) ? value : undefined
}

/** Words of PostgreSQL for a time that depends on when they are read. */
const PASSING = /(?<![a-z])(now|today|tomorrow|yesterday)(?![a-z])/i

/** It would be read for each part anew: after midnight, or with --resume, it is another day, of other rows. */
function refusePassing(value: string): void {
  const [word] = PASSING.exec(value) ?? []
  if (word === undefined) return
  throw misfit(`The condition compares with '${value}', which is another time for each part of an import.`, {
    facts: { value },
    hint: `Write the time that ${word} stands for.`,
  })
}

const EPOCH_2000 = 946_684_800_000_000

/** In microseconds since 2000, by the server. */
async function times(
  session: CopySession,
  type: string,
  values: readonly Written[],
): Promise<readonly Resolved[]> {
  for (const { value } of values) refusePassing(value)
  const rows = await session.query<{ micros: string }>(
    `select (extract(epoch from v::${type}) * 1000000)::text as micros from unnest($1::text[]) with ordinality as u (v, n) order by n`,
    [values.map(({ value }) => value)],
  )
  return rows.map(({ micros }) => {
    const value = Number(micros) - EPOCH_2000
    return Number.isSafeInteger(value) ? value : undefined
  })
}
