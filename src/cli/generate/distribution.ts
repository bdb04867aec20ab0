import type { Plan, PlanStatement } from '../../diff/index.ts'
import { type Catalog, objectKey } from '../../model/index.ts'
import type { Distribution } from '../../schema/index.ts'

export interface DistributionOptions {
  /** The state before. */
  readonly from: Catalog
  readonly distribution: readonly Distribution[]
}

const TIMEOUT_MS = { lockTimeout: 2000, statementTimeout: undefined } as const

/**
 * New tables are distributed once they are there and before foreign keys point at them. Only new ones: to distribute a table with rows
 * moves all of them. It is no part of what is proved, because a scratch database has no Citus.
 */
export function withDistribution(plan: Plan, { from, distribution }: DistributionOptions): Plan {
  const fresh = distribution.filter(({ table }) => !from.objects.has(objectKey('table', table)))
  if (fresh.length === 0) return plan
  const calls = fresh.map(
    ({ sql }): PlanStatement => ({
      sql,
      runs: 'transaction',
      locks: [],
      ...TIMEOUT_MS,
      hazards: [],
      // The table is dropped by the way back of its CREATE TABLE.
      reverse: { sql: [] },
    }),
  )
  const at = plan.statements.findLastIndex(({ sql }) => /^CREATE (UNLOGGED )?TABLE /.test(sql)) + 1
  return { ...plan, statements: plan.statements.toSpliced(at, 0, ...calls) }
}
