import { isGigarowError } from '../kernel/index.ts'
import { parse, type SqlNode } from '../sql/index.ts'

/**
 * What a statement makes and what it needs, by name, read off its tree: `relation public.events` (types are among them: a
 * table is one, too), `routine public.touch`, `schema warehouse`, `extension pgcrypto`. A name without a schema is taken to
 * be in public. What nobody makes is the server's own and does not matter.
 */
export interface References {
  readonly makes: ReadonlySet<string>
  readonly needs: ReadonlySet<string>
}

export const relationRef = (schema: string, name: string): string => `relation ${schema}.${name}`
const routineRef = (schema: string, name: string): string => `routine ${schema}.${name}`

export async function referencesOf(node: SqlNode): Promise<References> {
  const makes = new Set(made(node))
  const needs = new Set<string>()
  collect(node, needs)
  for (const body of sqlBodies(node)) collect(await bodyOf(body), needs)
  for (const cte of namesOf(node, 'ctename')) needs.delete(relationRef('public', cte))
  for (const own of makes) needs.delete(own)
  return { makes, needs }
}

function made(node: SqlNode): readonly string[] {
  const relation = (r: RangeName | undefined) => [relationRef(r?.schemaname ?? 'public', r?.relname ?? '')]
  if ('CreateStmt' in node) return relation(node.CreateStmt.relation)
  if ('ViewStmt' in node) return relation(node.ViewStmt.view)
  if ('CreateTableAsStmt' in node) return relation(node.CreateTableAsStmt.into?.rel)
  if ('CreateSeqStmt' in node) return relation(node.CreateSeqStmt.sequence)
  if ('CompositeTypeStmt' in node) return relation(node.CompositeTypeStmt.typevar)
  if ('CreateEnumStmt' in node) return named(node.CreateEnumStmt.typeName, relationRef)
  if ('CreateDomainStmt' in node) return named(node.CreateDomainStmt.domainname, relationRef)
  if ('CreateFunctionStmt' in node) return named(node.CreateFunctionStmt.funcname, routineRef)
  if ('CreateSchemaStmt' in node) return [`schema ${node.CreateSchemaStmt.schemaname}`]
  if ('CreateExtensionStmt' in node) return [`extension ${node.CreateExtensionStmt.extname}`]
  if ('IndexStmt' in node && node.IndexStmt.idxname) {
    return [relationRef(node.IndexStmt.relation?.schemaname ?? 'public', node.IndexStmt.idxname)]
  }
  return []
}

interface RangeName {
  readonly schemaname?: string
  readonly relname?: string
}

function named(
  parts: readonly SqlNode[] | undefined,
  ref: (schema: string, name: string) => string,
): string[] {
  const words = strings(parts)
  const name = words.at(-1)
  return name === undefined ? [] : [ref(words.at(-2) ?? 'public', name)]
}

function strings(parts: unknown): string[] {
  if (!Array.isArray(parts)) return []
  return parts.flatMap((part: SqlNode) => ('String' in part ? [part.String.sval ?? ''] : []))
}

/** Every relation, function and type in a tree. */
function collect(value: unknown, into: Set<string>): void {
  if (Array.isArray(value)) for (const item of value) collect(item, into)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return
  const record = value as Record<string, unknown>
  if (typeof record.relname === 'string' && record.relpersistence !== undefined) {
    add(
      into,
      [typeof record.schemaname === 'string' ? record.schemaname : 'public', record.relname],
      relationRef,
    )
  }
  // Of calls and triggers, of GRANT … ON FUNCTION, of types.
  for (const field of ['funcname', 'objname']) add(into, strings(record[field]), routineRef)
  if (record.typemod !== undefined || record.typeOid !== undefined)
    add(into, strings(record.names), relationRef)
  if (typeof record.extname !== 'string' && isObject(record.CreateExtensionStmt)) return
  for (const child of Object.values(record)) collect(child, into)
}

function add(
  into: Set<string>,
  words: readonly string[],
  ref: (schema: string, name: string) => string,
): void {
  const name = words.at(-1)
  if (name === undefined) return
  const schema = words.at(-2) ?? 'public'
  into.add(ref(schema, name))
  into.add(`schema ${schema}`)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function namesOf(value: unknown, field: string): string[] {
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([key, child]) =>
    key === field && typeof child === 'string' ? [child] : namesOf(child, field),
  )
}

/** The server reads the body of an SQL function when it is made; other languages' when they run. */
function sqlBodies(node: SqlNode): readonly string[] {
  if (!('CreateFunctionStmt' in node)) return []
  const options = (node.CreateFunctionStmt.options ?? []).flatMap((o) => ('DefElem' in o ? [o.DefElem] : []))
  const language = options.find((o) => o.defname === 'language')?.arg
  if (!language || !('String' in language) || language.String.sval?.toLowerCase() !== 'sql') return []
  const as = options.find((o) => o.defname === 'as')?.arg
  return as && 'List' in as ? strings(as.List.items) : []
}

async function bodyOf(text: string): Promise<unknown> {
  try {
    return await parse(text)
  } catch (error) {
    // The server says it better, with the function's name, when it is made.
    if (isGigarowError(error) && error.code === 'SQL_SYNTAX') return undefined
    throw error
  }
}
