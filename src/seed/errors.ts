import { GigarowError } from '../kernel/index.ts'

export interface Where {
  readonly table: string
  readonly column: string
  readonly type: string
  /** The values of an enum, whose quoted and qualified name is `type`. */
  readonly labels?: readonly string[]
}

/** A column of a table, as problems name it. */
export function whereOf(
  table: string,
  { name, type, labels }: { name: string; type: string; labels?: readonly string[] },
): Where {
  return { table, column: name, type, ...(labels === undefined ? {} : { labels }) }
}

export function invalidSeed({ table, column }: Where, problem: string): GigarowError {
  return new GigarowError('SEED_INVALID', `The profile fills ${table}.${column} with ${problem}.`, {
    facts: { table, column },
    hint: 'Correct the generator in the profile (seeds/).',
  })
}

export function unsupportedType({ table, column, type }: Where): GigarowError {
  return new GigarowError(
    'SEED_TYPE_UNSUPPORTED',
    `Column ${table}.${column} has type ${type}, which gigarow cannot fill.`,
    {
      facts: { table, column, type },
      hint: `Leave the column out, so that its default is used; of a domain, say what it is made of (domains of fill()). Supported: ${SUPPORTED_TYPES}.`,
    },
  )
}

const SUPPORTED_TYPES =
  'smallint, integer, bigint and their serials, numeric, real, double precision, boolean, text, varchar, char, bytea, date, time, timestamp with and without time zone, interval, uuid, json, jsonb, enums, and arrays of these but enums'
