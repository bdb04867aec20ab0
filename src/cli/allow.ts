import { GigarowError } from '../kernel/index.ts'

export type Allowed = 'drop' | 'lock'

/** What stands behind --allow. */
export function parseAllow(value: unknown): Allowed[] {
  const words = String(value ?? '')
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
  for (const word of words) {
    if (word !== 'drop' && word !== 'lock') {
      throw new GigarowError('USAGE', `--allow knows drop and lock, not "${word}".`, {
        facts: { value: word },
        hint: 'Write --allow drop, --allow lock or --allow drop,lock.',
      })
    }
  }
  return words as Allowed[]
}
