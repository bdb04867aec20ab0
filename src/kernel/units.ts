import { GigarowError } from './error.ts'

const ROW_UNITS: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, b: 1e9, g: 1e9 }
const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const

/** Row counts as people type them: 250000, 250_000, 1e6, 10M, 2.5k, 1B. Returns an integer from 0 to 2^53 - 1. */
export function parseRows(text: string): number {
  const match = /^(\d[\d_]*(?:\.\d+)?(?:e\d{1,2})?)\s*([kmbg]?)$/i.exec(text.trim())
  const value = match
    ? Number(match[1]!.replaceAll('_', '')) * ROW_UNITS[match[2]!.toLowerCase()]!
    : Number.NaN
  const rows = Math.round(value)
  if (!match || Math.abs(value - rows) > 1e-6 || !Number.isSafeInteger(rows)) {
    throw new GigarowError('USAGE', `"${text}" is not a number of rows.`, {
      facts: { value: text },
      hint: 'Write a whole number, with k, M or B (thousand, million, billion) if you like: 250000, 10M, 2.5k, 1e6, 1B.',
    })
  }
  return rows
}

/** 12,345,678: for tables and reports. */
export function formatCount(n: number): string {
  return String(Math.round(n)).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** 1.2M, 34k, 5: for one-line progress. Three significant digits. */
export function formatRows(n: number): string {
  for (const [suffix, size] of [
    ['B', 1e9],
    ['M', 1e6],
    ['k', 1e3],
  ] as const) {
    if (n >= size * 0.9995) return `${trimZeros((n / size).toPrecision(3))}${suffix}`
  }
  return String(Math.round(n))
}

/** Bytes in PostgreSQL's units (kB = 1024 bytes). */
export function formatBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < BYTE_UNITS.length - 1) {
    value /= 1024
    unit++
  }
  return `${unit === 0 ? value : value >= 100 ? value.toFixed(0) : trimZeros(value.toFixed(1))} ${BYTE_UNITS[unit]}`
}

/** 850 ms, 3.2 s, 4 min 05 s, 2 h 10 min. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  const seconds = ms / 1000
  if (seconds < 60) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} min`
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}
