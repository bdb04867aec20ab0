/**
 * Identifiers reach SQL only through ident(), values that cannot be parameters (DDL) only through literal().
 * Both follow quote_ident() and quote_literal() of PostgreSQL, except that ident() always quotes:
 * which words are reserved depends on the server's version, quoting does not.
 */
export function ident(...parts: readonly string[]): string {
  return parts.map(quoteOne).join('.')
}

function quoteOne(name: string): string {
  if (name.length === 0) throw new TypeError('an SQL identifier cannot be empty')
  if (name.includes('\0')) throw new TypeError('an SQL identifier cannot hold a NUL character')
  return name.includes('"') ? `"${name.replaceAll('"', '""')}"` : `"${name}"`
}

/** A string constant; backslashes switch to the E'' form, so that standard_conforming_strings does not matter. */
export function literal(value: string): string {
  if (value.includes('\0')) throw new TypeError('an SQL string cannot hold a NUL character')
  const quoted = `'${value.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`
  return value.includes('\\') ? ` E${quoted}` : quoted
}

/** A table's name. `schema` is always given: no statement of ours depends on search_path. */
export interface QualifiedName {
  readonly schema: string
  readonly name: string
}

export function qualified({ schema, name }: QualifiedName): string {
  return ident(schema, name)
}

/** For people: `public.` is left out, nothing is quoted. */
export function displayName({ schema, name }: QualifiedName): string {
  return schema === 'public' ? name : `${schema}.${name}`
}
