import type { Rename } from '../../diff/index.ts'
import { GigarowError } from '../../kernel/index.ts'
import {
  type Catalog,
  kindIn,
  nameIn,
  type ObjectKey,
  type ObjectKind,
  objectKey,
} from '../../model/index.ts'
import type { DeclarationRename } from '../../schema/index.ts'

const KINDS = [
  'table',
  'column',
  'index',
  'constraint',
  'sequence',
  'view',
  'matview',
  'enum',
  'domain',
  'type',
  'schema',
  'statistics',
] as const
type Kind = (typeof KINDS)[number]

/** 'table public.old=public.new', 'column public.t.old=new', 'schema old=new'; names in double quotes where they need them. */
export function parseRenames(values: unknown): readonly Rename[] {
  const list = values === undefined ? [] : Array.isArray(values) ? values : [values]
  const parsed = list.map((value) => parseRename(String(value)))
  const tables = parsed.filter(({ from }) => kindIn(from) === 'table')
  return parsed.map((rename) => withTable(rename, tables))
}

interface Parsed extends Rename {
  /** Of a member of a table: the new name stands without the table. */
  readonly isShort: boolean
}

/** A column may be named by the old or the new name of a table that is renamed in the same command. */
function withTable({ from, to, isShort }: Parsed, tables: readonly Rename[]): Rename {
  if (!isShort) return { from, to }
  const at = (key: ObjectKey) => nameIn(key).replace(/\."(?:[^"]|"")*"$/, '')
  const swap = (key: ObjectKey, table: ObjectKey) => key.replace(at(key), () => nameIn(table)) as ObjectKey
  const table =
    tables.find((one) => nameIn(one.from) === at(from)) ?? tables.find((one) => nameIn(one.to) === at(from))
  return table ? { from: swap(from, table.from), to: swap(to, table.to) } : { from, to }
}

function parseRename(text: string): Parsed {
  const match = /^\s*(\w+)\s+((?:"(?:[^"]|"")+"|[^="])+)=(.+)$/s.exec(text)
  const kind = KINDS.find((k) => k === match?.[1]?.toLowerCase())
  const from = match && names(match[2]!)
  const to = match && names(match[3]!)
  if (kind === undefined || !from || !to) throw unreadable(text)
  const size = SIZES[kind] ?? 2
  const old = from.length === size - 1 && kind !== 'schema' ? ['public', ...from] : from
  // What is left out of the new name is that of the old one.
  const renamed = [...old.slice(0, Math.max(0, size - to.length)), ...to]
  if (old.length !== size || renamed.length !== size) throw unreadable(text)
  return { from: keyOf(kind, old), to: keyOf(kind, renamed), isShort: size === 3 && to.length === 1 }
}

const SIZES: Partial<Record<Kind, number>> = { schema: 1, column: 3, constraint: 3 }

function keyOf(kind: ObjectKind, parts: readonly string[]): ObjectKey {
  const [schema, name, member] = parts
  if (name === undefined) return objectKey(kind, schema!)
  const key = objectKey(kind, { schema: schema!, name })
  return member === undefined ? key : (`${key}.${quote(member)}` as ObjectKey)
}

function quote(name: string): string {
  return objectKey('schema', name).slice('schema '.length)
}

/** Folded to lower case as the server does, unless quoted. */
function names(text: string): readonly string[] | undefined {
  const parts = [...text.trim().matchAll(/(?:^|\.)(?:"((?:[^"]|"")+)"|([^".\s]+))/g)]
  if (parts.map(([whole]) => whole).join('') !== text.trim()) return undefined
  return parts.map(([, quoted, word]) => quoted?.replaceAll('""', '"') ?? word!.toLowerCase())
}

function unreadable(text: string): GigarowError {
  return new GigarowError('USAGE', `--rename "${text}" cannot be read.`, {
    facts: { value: text },
    hint: `Write --rename 'table public.old=public.new' or --rename 'column public.events.old=new'; kinds: ${KINDS.join(', ')}.`,
  })
}

/** Renames of declarations, by the names that the state before has; those that are done are passed over. */
export function declaredRenames(
  declared: readonly DeclarationRename[],
  { objects }: Catalog,
): readonly Rename[] {
  const oldTable = (schema: string, table: string) => {
    const rename = declared.find((r) => r.kind === 'table' && r.schema === schema && r.to === table)
    const old = rename && objects.has(keyOf('table', [schema, rename.from])) ? rename.from : undefined
    return old ?? table
  }
  const all = declared.map(({ kind, schema, table, from, to }): Rename => {
    if (kind !== 'column') return { from: keyOf(kind, [schema, from]), to: keyOf(kind, [schema, to]) }
    const old = [schema, oldTable(schema, table!), from]
    return { from: keyOf(kind, old), to: keyOf(kind, [schema, table!, to]) }
  })
  return all.filter(({ from }) => objects.has(from))
}

/** A mistyped name must not become a drop. */
export function assertRenames(renames: readonly Rename[], from: Catalog, to: Catalog): void {
  for (const rename of renames) {
    const wrong = !from.objects.has(rename.from)
      ? rename.from
      : !to.objects.has(rename.to)
        ? rename.to
        : undefined
    if (wrong === undefined) continue
    const where = wrong === rename.from ? '--from' : '--to'
    throw new GigarowError('USAGE', `--rename names ${wrong}, which ${where} does not have.`, {
      facts: { name: wrong },
      hint: 'The name before the = is that of the state before, the one behind it that of the state after.',
    })
  }
}
