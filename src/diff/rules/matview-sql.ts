import { formatBytes, formatRows, ident, type QualifiedName, qualified } from '../../kernel/index.ts'
import { kindIn, type MatView, type ObjectKey } from '../../model/index.ts'
import { cutToBytes, NAME_BYTES, relationNames } from '../partitions/names.ts'
import type { DiffContext } from '../rule.ts'
import { optionList, withoutSemicolon } from './about.ts'
import { attributeClauses } from './column-attributes.ts'
import { allSources } from './sources.ts'

export function createMatView(view: MatView, { populated }: { readonly populated: boolean }): string {
  const { name, query, options, tablespace, accessMethod } = view
  const clauses = [
    `CREATE MATERIALIZED VIEW ${qualified(name)}`,
    ...(accessMethod === undefined ? [] : [`USING ${ident(accessMethod)}`]),
    ...(Object.keys(options).length > 0 ? [`WITH ${optionList(options)}`] : []),
    ...(tablespace === undefined ? [] : [`TABLESPACE ${ident(tablespace)}`]),
    'AS',
  ]
  return `${clauses.join(' ')}\n${withoutSemicolon(query)}\nWITH ${populated ? '' : 'NO '}DATA`
}

/** What CREATE MATERIALIZED VIEW cannot say of its columns. */
export function columnSettings(
  from: MatView | undefined,
  to: MatView,
  name: QualifiedName = to.name,
): readonly string[] {
  const clauses = to.columns.flatMap((column) =>
    attributeClauses(
      from?.columns.find((other) => other.name === column.name),
      column,
    ),
  )
  return clauses.length === 0 ? [] : [`ALTER MATERIALIZED VIEW ${qualified(name)} ${clauses.join(', ')}`]
}

export function dropMatView(name: QualifiedName): string {
  return `DROP MATERIALIZED VIEW ${qualified(name)}`
}

/**
 * One that was there is filled exactly if it was; a new one as it is declared. Neither can be where something that it reads is not
 * populated.
 */
export function willBePopulated(key: ObjectKey, { from, to }: DiffContext): boolean {
  const seen = new Map<ObjectKey, boolean>()
  const populated = (at: ObjectKey): boolean => {
    const known = seen.get(at)
    if (known !== undefined) return known
    // Views cannot go in circles; a wrong catalog must not hang.
    seen.set(at, true)
    const view = from.objects.get(at) ?? to.objects.get(at)
    const itself = view?.kind !== 'matview' || view.populated
    const sources = allSources(at, to).filter((source) => kindIn(source) === 'matview')
    const result = itself && sources.every(populated)
    seen.set(at, result)
    return result
  }
  return populated(key)
}

/** ` (about 1,000 rows, 12 MB)`, as far as it is known. */
export function sizeOf({ size, populated }: MatView): string {
  if (!populated) return ''
  const rows = size.rows === undefined ? [] : [`about ${formatRows(size.rows)} rows`]
  const bytes = size.bytes > 0 ? [formatBytes(size.bytes)] : []
  const parts = [...rows, ...bytes]
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`
}

/** A name for what is built beside or set aside: as long as PostgreSQL allows, and not taken. */
export function asideName(name: QualifiedName, suffix: string, { from, to }: DiffContext): QualifiedName {
  for (let i = 1; ; i++) {
    const end = i === 1 ? `__${suffix}` : `__${suffix}${i}`
    const candidate = { schema: name.schema, name: withEnd(name.name, end) }
    const text = qualified(candidate)
    if (!relationNames(from).has(text) && !relationNames(to).has(text)) return candidate
  }
}

/** What is cut off is told apart by a number made from all of it. */
function withEnd(name: string, end: string): string {
  if (Buffer.byteLength(name) + end.length <= NAME_BYTES) return `${name}${end}`
  let hash = 0
  for (const byte of Buffer.from(name)) hash = (Math.imul(hash, 31) + byte) >>> 0
  const tail = `_${hash.toString(36)}${end}`
  return `${cutToBytes(name, NAME_BYTES - tail.length)}${tail}`
}

const NAME = String.raw`(?:"(?:[^"]|"")+"|[^\s".]+)`
const HEAD = new RegExp(`^CREATE (UNIQUE )?INDEX ${NAME} ON (?:ONLY )?${NAME}\\.${NAME} `)

/** pg_get_indexdef for another name on another relation of the same shape. */
export function indexOn(definition: string, index: string, relation: QualifiedName): string {
  const match = HEAD.exec(definition)
  if (match === null) throw new TypeError(`not an index's definition: ${definition}`)
  const rest = definition.slice(match[0].length)
  return `CREATE ${match[1] ?? ''}INDEX ${ident(index)} ON ${qualified(relation)} ${rest}`
}
