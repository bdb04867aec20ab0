import { literal } from '../../kernel/index.ts'
import { asArray, fixedUtf8, newBytes, OVERRUN, putBytes, putFixed, utf8Bytes } from '../bytes.ts'
import { invalidSeed, type Where } from '../errors.ts'
import { inline } from '../inline.ts'
import { type PgType, type PgTypeName, parsePgType } from '../pg-type.ts'
import type { PickSource, Source } from '../source.ts'
import type { Codec, Encoder } from './codec.ts'
import { bool, int2, int4, int8 } from './integer.ts'
import { float8, numeric } from './numeric.ts'
import { jsonb, text, uuid } from './text.ts'
import { date, timestamp, timestamptz } from './time.ts'

export type { Codec, Encoder } from './codec.ts'

const CODECS: Readonly<Record<PgTypeName, Codec>> = {
  int2,
  int4,
  int8,
  numeric,
  float8,
  bool,
  text,
  varchar: text,
  date,
  timestamp,
  timestamptz,
  uuid,
  jsonb,
}

export function codecOf(where: Where): Codec {
  return CODECS[parsePgType(where).name]
}

export interface CompiledColumn {
  readonly codec: Codec
  readonly encoder: Encoder
}

/** Joins what a generator makes with what the column holds; throws SEED_INVALID or SEED_TYPE_UNSUPPORTED. */
export function compileColumn(source: Source, where: Where): CompiledColumn {
  const type = parsePgType(where)
  const codec = CODECS[type.name]
  const found = source.kind === 'pick' ? pickEncoder(source, codec, type) : codec.encoder(source, type)
  if (found === undefined) throw invalidSeed(where, `${NOUNS[source.kind]}, but its type is ${where.type}`)
  if (typeof found === 'string') throw invalidSeed(where, found)
  const sql =
    source.nullSql === undefined ? found.sql : `case when ${source.nullSql} then null else ${found.sql} end`
  return { codec, encoder: { ...found, sql } }
}

const NOUNS: Readonly<Record<Source['kind'], string>> = {
  int: 'whole numbers',
  decimal: 'decimal numbers',
  boolean: 'booleans',
  time: 'points in time',
  pick: 'values of a choice',
  text: 'text',
  uuid: 'UUIDs',
  json: 'JSON documents',
}

/** The values of a choice are encoded once. */
function pickEncoder(source: PickSource, codec: Codec, type: PgType): Encoder | string | undefined {
  const constants = source.values.map((value) => codec.encoder(constantSource(value), type))
  const encoders: Encoder[] = []
  for (const constant of constants) {
    if (constant === undefined || typeof constant === 'string') return constant
    encoders.push(constant)
  }
  const cells = encoders.map((encoder) => {
    const bytes = newBytes(encoder.maxBytes + OVERRUN)
    return asArray(bytes, 0, encoder.write(0, bytes, 0))
  })
  const list = `(array[${encoders.map((encoder) => encoder.sql).join(', ')}]::${type.sql}[])`
  return {
    maxBytes: Math.max(...cells.map((cell) => cell.length)),
    write: isText(type)
      ? inline`(low, out, pos) => ${putFixed}(out, pos, ${cells.map(fixedUtf8)}[${source.at}(low)])`
      : inline`(low, out, pos) => ${putBytes}(out, pos, ${cells}[${source.at}(low)])`,
    sql: `${list}[1 + ${source.sql}]`,
  }
}

function isText({ name }: PgType): boolean {
  return name === 'text' || name === 'varchar'
}

function constantSource(value: string | number | boolean): Source {
  if (typeof value === 'boolean') return { kind: 'boolean', at: () => value, sql: String(value) }
  if (typeof value === 'number')
    return { kind: 'int', min: value, max: value, at: () => value, sql: `(${value})::int8` }
  const bytes = utf8Bytes(value)
  return {
    kind: 'text',
    maxBytes: bytes.length,
    maxCharacters: [...value].length,
    write: (_, out, pos) => putBytes(out, pos, bytes),
    sql: literal(value),
  }
}
