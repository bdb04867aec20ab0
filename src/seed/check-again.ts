import { errorCodeOf, type ReservedSql, SQLSTATE } from '../db/index.ts'
import { qualified } from '../kernel/index.ts'
import { newNumbers, refuseInserted } from './new-numbers.ts'
import type { LoadPlan } from './plan.ts'
import { checkEmpty, isEmpty, type LoadTable } from './preflight.ts'
import { unknownRows } from './unknown-rows.ts'

/**
 * What was found of tables that are not emptied was found a while ago. Nobody inserts from now on until the transaction ends: it is so
 * still, or nothing is changed. Returns the tables that this role may not lock.
 */
export async function checkAgain(
  session: ReservedSql,
  { plan, tables }: { plan: LoadPlan; tables: readonly LoadTable[] },
): Promise<LoadTable[]> {
  const isTold = (table: LoadTable) => table.plan.before === undefined || newNumbers(table).length > 0
  const unlocked: LoadTable[] = []
  for (const table of tables.filter(isTold)) if (!(await lock(session, table))) unlocked.push(table)
  if (!plan.append) await checkEmpty(session, tables)
  else {
    for (const table of tables) await checkStillEmpty(session, table)
    await refuseInserted(session, tables)
  }
  return unlocked
}

/** Against INSERT, not against readers. */
async function lock(session: ReservedSql, { live }: LoadTable): Promise<boolean> {
  await session`savepoint locking`
  try {
    await session.unsafe(`lock table ${qualified(live)} in share row exclusive mode`)
    await session`release savepoint locking`
    return true
  } catch (error) {
    if (errorCodeOf(error) !== SQLSTATE.INSUFFICIENT_PRIVILEGE) throw error
    await session`rollback to savepoint locking`
    return false
  }
}

async function checkStillEmpty(session: ReservedSql, { plan, live }: LoadTable): Promise<void> {
  if (plan.before === undefined && !(await isEmpty(session, live)))
    throw unknownRows(plan, 'it was empty when the load began, and somebody has inserted rows meanwhile', {})
}
