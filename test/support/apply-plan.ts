import type { Sql } from '../../src/db/index.ts'
import type { PlanStatement } from '../../src/diff/index.ts'

/** What may run in a transaction runs in one with its neighbours, the rest outside of any. A failure names the statement. */
export async function applyPlan(sql: Sql, statements: readonly PlanStatement[]): Promise<void> {
  for (let i = 0; i < statements.length; ) {
    if (statements[i]!.runs === 'alone') {
      await runStatement(sql, statements[i++]!.sql)
      continue
    }
    const begin = i
    while (statements[i]?.runs === 'transaction') i++
    await sql.begin(async (tx) => {
      for (const statement of statements.slice(begin, i)) await runStatement(tx, statement.sql)
    })
  }
}

export async function runStatement(sql: Pick<Sql, 'unsafe'>, text: string): Promise<void> {
  try {
    await sql.unsafe(text)
  } catch (error) {
    throw new Error(`${(error as Error).message}\nat: ${text}`, { cause: error })
  }
}
