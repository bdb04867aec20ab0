import { ident, literal } from '../../kernel/index.ts'
import type { ViewColumn } from '../../model/index.ts'

/** Of a table's column or a materialized view's. */
export type Attributes = {
  readonly [K in keyof ViewColumn]: ViewColumn[K] | undefined
} & Pick<ViewColumn, 'name' | 'type'>

/** Subcommands of ALTER TABLE for what is no part of a column's definition: they change the catalog alone. */
export function attributeClauses(from: Attributes | undefined, to: Attributes): readonly string[] {
  const c = `ALTER COLUMN ${ident(to.name)}`
  return [
    ...(from?.storage === to.storage
      ? []
      : [`${c} SET STORAGE ${(to.storage ?? ownStorage(to.type)).toUpperCase()}`]),
    ...(from?.compression === to.compression ? [] : [`${c} SET COMPRESSION ${to.compression ?? 'default'}`]),
    ...(from?.statistics === to.statistics ? [] : [`${c} SET STATISTICS ${to.statistics ?? -1}`]),
    ...optionClauses(c, from?.options ?? {}, to.options ?? {}),
  ]
}

function optionClauses(
  c: string,
  from: Readonly<Record<string, string>>,
  to: Readonly<Record<string, string>>,
): readonly string[] {
  const set = Object.entries(to).filter(([name, value]) => from[name] !== value)
  const reset = Object.keys(from).filter((name) => !(name in to))
  return [
    ...(reset.length === 0 ? [] : [`${c} RESET (${reset.map((name) => ident(name)).join(', ')})`]),
    ...(set.length === 0
      ? []
      : [`${c} SET (${set.map(([name, value]) => `${ident(name)} = ${literal(value)}`).join(', ')})`]),
  ]
}

/** Types that PostgreSQL stores compressed or out of line unless told otherwise; SET STORAGE DEFAULT is of version 16. */
function ownStorage(type: string): string {
  if (/\[\]$/.test(type)) return 'EXTENDED'
  const name = type.replace(/\s*\(.*\)/, '')
  if (name === 'numeric' || name === 'inet' || name === 'cidr') return 'MAIN'
  const fixed =
    /^(smallint|integer|bigint|real|double precision|boolean|date|uuid|oid|money|interval|name|"char"|time.*|macaddr8?|point|line|lseg|box|circle|pg_lsn|xid8?|cid|tid)$/
  return fixed.test(name) ? 'PLAIN' : 'EXTENDED'
}
