import { ident, type QualifiedName } from './quote.ts'

/** Words that PostgreSQL 18 reserves: as a name they have to be quoted. */
const RESERVED = new Set(
  `all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation column
  concurrently constraint create cross current_catalog current_date current_role current_schema current_time
  current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign freeze from
  full grant group having ilike in initially inner intersect into is isnull join lateral leading left like limit localtime
  localtimestamp natural not notnull null offset on only or order outer overlaps placing primary references returning right
  select session_user similar some symmetric system_user table tablesample then to trailing true union unique user using
  variadic verbose when where window with`.split(/\s+/),
)

/** A name for people who may copy it into SQL: quoted only where it must be. */
export function plainIdent(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) && !RESERVED.has(name) ? name : ident(name)
}

/** orders, warehouse.facts, "Order Lines". */
export function plainName({ schema, name }: QualifiedName): string {
  return schema === 'public' ? plainIdent(name) : `${plainIdent(schema)}.${plainIdent(name)}`
}

/** The parts of a name as SQL writes it, folded to lower case unless quoted; undefined where it is none. */
export function nameParts(text: string): readonly string[] | undefined {
  const parts = [...text.trim().matchAll(/(?:^|\.)(?:"((?:[^"]|"")+)"|([^".\s]+))/g)]
  if (parts.length === 0 || parts.map(([whole]) => whole).join('') !== text.trim()) return undefined
  return parts.map(([, quoted, word]) => quoted?.replaceAll('""', '"') ?? word!.toLowerCase())
}
