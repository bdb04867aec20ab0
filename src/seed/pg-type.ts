import { unsupportedType, type Where } from './errors.ts'

export type PgTypeName =
  | 'int2'
  | 'int4'
  | 'int8'
  | 'numeric'
  | 'float8'
  | 'bool'
  | 'text'
  | 'varchar'
  | 'date'
  | 'timestamp'
  | 'timestamptz'
  | 'uuid'
  | 'jsonb'

/** A column's type with its modifiers: varchar(20) has length 20, numeric(10, 2) precision 10 and scale 2. */
export interface PgType {
  readonly name: PgTypeName
  /** For casts: serial types are the integers that they are made of. */
  readonly sql: string
  readonly modifiers: readonly number[]
}

const NAMES: Readonly<Record<string, PgTypeName>> = {
  int2: 'int2',
  smallint: 'int2',
  smallserial: 'int2',
  serial2: 'int2',
  int4: 'int4',
  int: 'int4',
  integer: 'int4',
  serial: 'int4',
  serial4: 'int4',
  int8: 'int8',
  bigint: 'int8',
  bigserial: 'int8',
  serial8: 'int8',
  numeric: 'numeric',
  decimal: 'numeric',
  float8: 'float8',
  'double precision': 'float8',
  bool: 'bool',
  boolean: 'bool',
  text: 'text',
  varchar: 'varchar',
  'character varying': 'varchar',
  date: 'date',
  timestamp: 'timestamp',
  'timestamp without time zone': 'timestamp',
  timestamptz: 'timestamptz',
  'timestamp with time zone': 'timestamptz',
  uuid: 'uuid',
  jsonb: 'jsonb',
}

/** Reads a type as Drizzle or PostgreSQL spells it: bigserial, varchar(20), timestamp (3) with time zone, numeric(10, 2). */
export function parsePgType(where: Where): PgType {
  const match = /^([a-z0-9 ]+?)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?(\s+with(?:out)? time zone)?$/.exec(
    where.type.trim().toLowerCase(),
  )
  const name = match ? NAMES[`${match[1]}${match[4]?.replace(/^\s+/, ' ') ?? ''}`] : undefined
  if (!match || name === undefined) throw unsupportedType(where)
  const modifiers = [match[2], match[3]].filter((m) => m !== undefined).map(Number)
  const suffix = modifiers.length === 0 ? '' : `(${modifiers.join(',')})`
  return Object.freeze({ name, sql: `${name}${suffix}`, modifiers: Object.freeze(modifiers) })
}

/** Whether a column that the server calls `live` (format_type()) is what was declared. */
export function isSameType(declared: Where, live: string): boolean {
  try {
    return canonical(declared) === canonical({ ...declared, type: live })
  } catch {
    // A type that gigarow does not know, such as a domain.
    return false
  }
}

function canonical(where: Where): string {
  const { name, modifiers } = parsePgType(where)
  // numeric(10) is numeric(10,0).
  const all = name === 'numeric' && modifiers.length === 1 ? [...modifiers, 0] : modifiers
  return `${name} ${all}`
}
