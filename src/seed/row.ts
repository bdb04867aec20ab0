import { displayName, formatCount, GigarowError } from '../kernel/index.ts'
import { whereOf } from './errors.ts'
import { parsePgType } from './pg-type.ts'
import type { Profile } from './profile.ts'
import { findFill } from './profiles.ts'
import { blockOf, compileRows } from './rows.ts'

export interface ComputedRow {
  readonly table: string
  readonly row: number
  readonly columns: readonly ComputedColumn[]
}

export interface ComputedColumn {
  readonly name: string
  /** As the server prints it. */
  readonly text: string | null
  /** As JSON: whole and floating numbers, booleans and documents as such, all else as text. */
  readonly value: unknown
}

/** Any row of a profile, without a database. Rows are numbered from 1. Throws TABLE_UNKNOWN, ROW_UNKNOWN. */
export function computeRow(profile: Profile, { table, row }: { table: string; row: number }): ComputedRow {
  const fill = findFill(profile, table)
  const name = displayName(fill.table)
  if (!Number.isSafeInteger(row) || row < 1 || row > fill.rows) {
    throw new GigarowError('ROW_UNKNOWN', `Table ${name} has no row ${formatCount(row)}.`, {
      facts: { profile: profile.name, table: name, row, rows: fill.rows },
      hint: `Profile "${profile.name}" gives it rows 1 to ${formatCount(fill.rows)}; --rows changes that.`,
    })
  }
  const texts = compileRows(fill, { seed: profile.seed, block: blockOf(row) }).text(row)
  const columns = fill.columns.map((column, k) => {
    const text = texts[k] ?? null
    const type = parsePgType(whereOf(name, column))
    return { name: column.name, text, value: text === null ? null : jsonValue(type.name, text) }
  })
  return { table: name, row, columns }
}

const NUMBERS: ReadonlySet<string> = new Set(['int2', 'int4', 'int8', 'float4', 'float8'])

function jsonValue(type: string, text: string): unknown {
  if (type === 'bool') return text === 't'
  if (type === 'json' || type === 'jsonb') return JSON.parse(text)
  return NUMBERS.has(type) ? Number(text) : text
}
