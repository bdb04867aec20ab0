import { afterAll, expect } from 'vitest'
import { readCatalog } from '../../../src/catalog/index.ts'
import { openPool, type Sql, type Target } from '../../../src/db/index.ts'
import { type DiffOptions, diff, type Plan, type PlanStatement } from '../../../src/diff/index.ts'

export interface Pair {
  readonly from: string
  readonly to: string
  /** Run on the first database after `from`: rows. */
  readonly rows?: string
  /** A query whose answer must be the same before and after. */
  readonly keeps?: string
  readonly options?: DiffOptions
}

/** Two databases, of which the first is led to the state of the second. */
export function convergence(first: Target, second: Target) {
  const pools = [first, second].map((target) => openPool(target, { max: 2, applicationName: 'convergence' }))
  const [a, b] = pools as [Sql, Sql]
  afterAll(() => Promise.all(pools.map((sql) => sql.end({ timeout: 5 }))))

  async function prepare({ from, to, rows }: Pair): Promise<void> {
    for (const [sql, text] of [
      [a, `${from};${rows ?? ''}`],
      [b, to],
    ] as const)
      await sql.unsafe(`drop schema public cascade; create schema public; ${text}`)
  }

  async function plan({ options }: Pair): Promise<Plan> {
    return diff(await readCatalog({ sql: a }), await readCatalog({ sql: b }), options)
  }

  return {
    a,
    /** The plan's statements, after they were run and nothing is left to do. */
    async expectConverges(pair: Pair): Promise<readonly PlanStatement[]> {
      await prepare(pair)
      const before = pair.keeps === undefined ? [] : await a.unsafe(pair.keeps)
      const { statements, refusals } = await plan(pair)
      expect(refusals).toEqual([])
      await apply(a, statements)
      const left = await plan(pair)
      expect(left.statements.map(({ sql }) => sql)).toEqual([])
      expect(left.refusals).toEqual([])
      if (pair.keeps !== undefined) expect([...(await a.unsafe(pair.keeps))]).toEqual([...before])
      return statements
    },
    /** The plan of two states, not run. */
    async planOf(pair: Pair): Promise<Plan> {
      await prepare(pair)
      return plan(pair)
    },
  }
}

/** What may run in a transaction runs in one with its neighbours. */
async function apply(sql: Sql, statements: readonly PlanStatement[]): Promise<void> {
  const text = statements.map((statement) => statement.sql).join(';\n')
  let rest = [...statements]
  while (rest.length > 0) {
    const alone = rest.findIndex(({ runs }) => runs === 'alone')
    const size = alone === -1 ? rest.length : Math.max(1, alone)
    const batch = rest.slice(0, size)
    rest = rest.slice(size)
    try {
      if (batch[0]!.runs === 'alone') await sql.unsafe(batch[0]!.sql)
      else
        await sql.begin(async (tx) => {
          for (const one of batch) await tx.unsafe(one.sql)
        })
    } catch (error) {
      throw new Error(
        `${(error as Error).message}\nin:\n${batch.map((one) => one.sql).join(';\n')}\nof:\n${text}`,
        {
          cause: error,
        },
      )
    }
  }
}
