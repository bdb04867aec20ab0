import { unsupportedType, type Where } from './errors.ts'

export type PgTypeName =
  | 'int2'
  | 'int4'
  | 'int8'
  | 'numeric'
  | 'float4'
  | 'float8'
  | 'bool'
  | 'text'
  | 'varchar'
  | 'bpchar'
  | 'bytea'
  | 'date'
  | 'time'
  | 'timestamp'
  | 'timestamptz'
  | 'interval'
  | 'uuid'
  | 'json'
  | 'jsonb'
  | 'enum'
  | 'array'

/** A column's type with its modifiers: varchar(20) has length 20, numeric(10, 2) precision 10 and scale 2. */
export interface PgType {
  readonly name: PgTypeName
  /** For casts: serial types are the integers that they are made of. */
  readonly sql: string
  readonly modifiers: readonly number[]
  /** Of an enum: its values. */
  readonly labels?: readonly string[]
  /** Of an array. */
  readonly element?: PgType
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
  float4: 'float4',
  real: 'float4',
  float8: 'float8',
  'double precision': 'float8',
  bool: 'bool',
  boolean: 'bool',
  text: 'text',
  varchar: 'varchar',
  'character varying': 'varchar',
  bpchar: 'bpchar',
  char: 'bpchar',
  character: 'bpchar',
  bytea: 'bytea',
  date: 'date',
  time: 'time',
  'time without time zone': 'time',
  timestamp: 'timestamp',
  'timestamp without time zone': 'timestamp',
  timestamptz: 'timestamptz',
  'timestamp with time zone': 'timestamptz',
  interval: 'interval',
  uuid: 'uuid',
  json: 'json',
  jsonb: 'jsonb',
}

/**
 * Reads a type as Drizzle or PostgreSQL spells it: bigserial, varchar(20), timestamp (3) with time zone, numeric(10, 2), text[]. What has labels is
 * an enum. Throws SEED_TYPE_UNSUPPORTED.
 */
export function parsePgType(where: Where): PgType {
  if (where.labels !== undefined)
    return Object.freeze({ name: 'enum', sql: where.type, modifiers: NONE, labels: where.labels })
  const array = ARRAY.exec(where.type)
  const element = parseScalar(where, array?.[1] ?? where.type)
  if (array === null) return element
  return Object.freeze({ name: 'array', sql: `${element.sql}[]`, modifiers: NONE, element })
}

const NONE: readonly number[] = Object.freeze([])
/** The server keeps neither the size nor, in the type, the number of dimensions: one is what we fill. */
const ARRAY = /^([^[\]]+)\[\d*\]$/

function parseScalar(where: Where, type: string): PgType {
  const match = /^([a-z0-9 ]+?)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?(\s+with(?:out)? time zone)?$/.exec(
    type.trim().toLowerCase(),
  )
  const name = match ? NAMES[`${match[1]}${match[4]?.replace(/^\s+/, ' ') ?? ''}`] : undefined
  if (!match || name === undefined) throw unsupportedType(where)
  const given = [match[2], match[3]].filter((m) => m !== undefined).map(Number)
  // char is char(1).
  const modifiers = name === 'bpchar' && match[1] !== 'bpchar' && given.length === 0 ? [1] : given
  const suffix = modifiers.length === 0 ? '' : `(${modifiers.join(',')})`
  return Object.freeze({ name, sql: `${name}${suffix}`, modifiers: Object.freeze(modifiers) })
}

/** Whether a column that the server calls `live` (format_type()) is what was declared; not for enums. */
export function isSameType(declared: Where, live: string): boolean {
  try {
    return canonical(declared) === canonical({ ...declared, type: live })
  } catch {
    // A type that gigarow does not know.
    return false
  }
}

function canonical(where: Where): string {
  const type = parsePgType(where)
  return type.element === undefined ? canonicalScalar(type) : `${canonicalScalar(type.element)}[]`
}

function canonicalScalar({ name, modifiers }: PgType): string {
  // numeric(10) is numeric(10,0).
  const all = name === 'numeric' && modifiers.length === 1 ? [...modifiers, 0] : modifiers
  return `${name} ${all}`
}
