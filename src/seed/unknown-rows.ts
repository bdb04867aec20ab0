import { displayName, GigarowError } from '../kernel/index.ts'
import type { TablePlan } from './plan.ts'

/** `problem` ends the sentence; `next`: the row that could be the first new one, where that is known. */
export function unknownRows(
  { table }: TablePlan,
  problem: string,
  { next, ...facts }: Readonly<Record<string, number>>,
): GigarowError {
  const name = displayName(table)
  return new GigarowError(
    'SEED_APPEND_UNKNOWN',
    `Which rows ${name} holds is not known, and so not which ones come next: ${problem}.`,
    {
      facts: { table: name, ...facts },
      hint: `Say which number the first new row has: --append --from-row ${next ?? 'N'}. Keys of a sample are compared with those that are there before anything is changed. Nothing was changed.`,
    },
  )
}
