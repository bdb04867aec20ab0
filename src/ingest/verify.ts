import type { Database } from '../db/index.ts'
import { displayName, type Emit, formatCount, GigarowError, qualified } from '../kernel/index.ts'
import type { ImportEvent } from './events.ts'
import type { ImportRun } from './ledger.ts'

/** Counts the rows of a table that was empty before. Throws IMPORT_VERIFY_FAILED. */
export async function verifyCount(
  db: Database,
  { id, plan }: ImportRun,
  { inserted, emit }: { readonly inserted: number; readonly emit: Emit<ImportEvent> },
): Promise<number> {
  emit({ type: 'verify.started' })
  const [row] = await db.sql.unsafe<{ rows: string }[]>(
    `select count(*)::text as rows from ${qualified(plan.table)}`,
  )
  const rows = Number(row!.rows)
  if (rows === inserted) return rows
  const table = displayName(plan.table)
  throw new GigarowError(
    'IMPORT_VERIFY_FAILED',
    `${table} was empty before the import, which put ${formatCount(inserted)} rows there; it holds ${formatCount(rows)}.`,
    {
      facts: { run: id, table, inserted, rows },
      hint: 'Something else wrote to the table meanwhile, or a trigger does. The import itself is finished.',
    },
  )
}
