import type { MemoryText } from './setting-types.ts'

/** Helpers for formulas: bytes in, PostgreSQL's spelling out. */
const KB = 1024
export const MB = 1024 * KB
export const GB = 1024 * MB

/** '6GB', '640MB', '512kB': gigabytes when they are whole, else rounded down to megabytes (below one, to kilobytes). */
export function bytes(count: number): MemoryText {
  if (!Number.isFinite(count) || count < 0) throw new RangeError(`not a number of bytes: ${count}`)
  if (count >= GB && count % GB === 0) return `${count / GB}GB`
  return count >= MB ? `${Math.floor(count / MB)}MB` : `${Math.floor(count / KB)}kB`
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high)
}
