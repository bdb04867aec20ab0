import { displayName, formatCount, GigarowError } from '../kernel/index.ts'
import { relink } from './parents.ts'
import { MAX_ROWS, type Profile } from './profile.ts'

export interface ScaleOptions {
  /** Rows of the largest table; the others keep their ratio to it. */
  readonly rows?: number
  /** A factor for every table. */
  readonly scale?: number
}

/** The same profile with other numbers of rows; every table keeps at least one. Throws USAGE. */
export function scaleProfile(profile: Profile, { rows, scale }: ScaleOptions): Profile {
  if (rows !== undefined && scale !== undefined)
    throw new GigarowError('USAGE', 'Both --rows and --scale are given.', { hint: 'Give one of them.' })
  if (rows !== undefined && !(Number.isSafeInteger(rows) && rows >= 1)) throw unusable('--rows', rows)
  if (scale !== undefined && !(Number.isFinite(scale) && scale > 0)) throw unusable('--scale', scale)
  const largest = Math.max(...profile.tables.map((table) => table.rows))
  const scaled = (own: number) => {
    if (rows !== undefined) return own === largest ? rows : ratio(own, { of: largest, to: rows })
    return scale === undefined ? own : Math.round(own * scale)
  }
  const tables = profile.tables.map((table) =>
    Object.freeze({ ...table, rows: Math.max(1, scaled(table.rows)) }),
  )
  const crowded = tables.find((table) => table.rows > MAX_ROWS)
  if (crowded !== undefined)
    throw new GigarowError(
      'USAGE',
      `${rows === undefined ? `--scale ${scale}` : `--rows ${rows}`} gives ${displayName(crowded.table)} more than ${formatCount(MAX_ROWS)} rows.`,
      { facts: { table: displayName(crowded.table), most: MAX_ROWS }, hint: 'Give fewer.' },
    )
  return relink(Object.freeze({ ...profile, tables: Object.freeze(tables) }))
}

/** own * to / of, rounded, without losing the last digits of large numbers. */
function ratio(own: number, { of, to }: { of: number; to: number }): number {
  return Number((BigInt(own) * BigInt(to) * 2n + BigInt(of)) / (BigInt(of) * 2n))
}

function unusable(flag: string, value: number): GigarowError {
  return new GigarowError('USAGE', `${flag} ${value} leaves no rows.`, {
    facts: { value },
    hint: `Give ${flag} a number above 0.`,
  })
}
