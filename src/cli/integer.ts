import { GigarowError } from '../kernel/index.ts'

/** The whole number that a flag takes. */
export function integer(
  text: string,
  { flag, min, max }: { flag: string; min: number; max: number },
): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= min && value <= max) return value
  throw new GigarowError('USAGE', `${flag} must be a whole number from ${min} to ${max}, not "${text}".`, {
    facts: { flag, value: text },
    hint: `For example: ${flag} ${Math.max(min, 2)}.`,
  })
}
