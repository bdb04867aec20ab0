import { isGigarowError } from '../kernel/index.ts'
import { deparse, parseOne } from '../sql/index.ts'

/** As the other statements are written: names quoted only where they have to be. */
export async function tidy(sql: string): Promise<string> {
  return deparse(await parseOne(sql))
}

/** Where the writer of SQL has no words for a clause, the text that we had. */
export async function tidyOrAsIs(sql: string): Promise<string> {
  if (sql.startsWith('--')) return sql
  try {
    return await tidy(sql)
  } catch (error) {
    if (isGigarowError(error) && error.code === 'INTERNAL') return sql
    throw error
  }
}
