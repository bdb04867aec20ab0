import { GigarowError } from '../kernel/index.ts'

export interface Where {
  readonly table: string
  readonly column: string
  readonly type: string
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
      hint: `Leave the column out, so that its default is used. Supported: ${SUPPORTED_TYPES}.`,
    },
  )
}

const SUPPORTED_TYPES =
  'smallint, integer, bigint and their serials, numeric, double precision, boolean, text, varchar, date, timestamp with and without time zone, uuid, jsonb'
