import { errorCodeOf, type ReservedSql, SQLSTATE } from '../db/index.ts'
import { qualified } from '../kernel/index.ts'
import { lockNumbers, newNumbers, refuseInserted } from './new-numbers.ts'
import type { LoadPlan } from './plan.ts'
import { checkEmpty, isEmpty, type LoadTable } from './preflight.ts'
import type { Strip } from './strip.ts'
import { unknownRows } from './unknown-rows.ts'

interface CheckAgain {
  readonly plan: LoadPlan
  readonly tables: readonly LoadTable[]
  readonly strips: readonly Strip[]
}

/**
 * What was found of tables that are not emptied was found a while ago. Nobody inserts, or takes numbers of the sequences of rows that are
 * added, from now on until the transaction ends: it is so still, or nothing is changed. Returns the tables that this role may not lock, or
 * whose sequence.
 */
export async function checkAgain(
  session: ReservedSql,
  { plan, tables, strips }: CheckAgain,
): Promise<LoadTable[]> {
  const isTold = (table: LoadTable) => table.plan.before === undefined || newNumbers(table).length > 0
  // At once as strong as they have to be: a lock that is made stronger later deadlocks with whoever has read before and inserts then.
  const dropped = strips.some(({ kind, dropSql }) => kind !== 'setting' && dropSql !== undefined)
  const mode = dropped ? 'access exclusive' : 'share row exclusive'
  const unlocked: LoadTable[] = []
  for (const table of tables.filter(isTold)) if (!(await lock(session, table, mode))) unlocked.push(table)
  if (plan.append) unlocked.push(...(await lockNumbers(session, tables)))
  if (!plan.append) await checkEmpty(session, tables)
  else {
    for (const table of tables) await checkStillEmpty(session, table)
    await refuseInserted(session, tables)
  }
  return unlocked
}

/** Against INSERT; against readers only where something is dropped. */
async function lock(
  session: ReservedSql,
  { live }: LoadTable,
  mode: 'access exclusive' | 'share row exclusive',
): Promise<boolean> {
  await session`savepoint locking`
  try {
    await session.unsafe(`lock table ${qualified(live)} in ${mode} mode`)
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
