import type { Database } from '../../db/index.ts'
import { displayName, formatCount } from '../../kernel/index.ts'
import type { LoadPlan } from '../../seed/index.ts'
import type { CommandContext } from '../command.ts'
import { listStatements } from './statements.ts'

export async function dryRun(
  { out }: CommandContext,
  db: Database,
  { plan, jobs, truncate }: { plan: LoadPlan | undefined; jobs: number; truncate: boolean },
): Promise<number> {
  const seeding = await import('../../seed/index.ts')
  const { checkEmpty, checkUnreferenced, chunkCount, planStrip, preflight, rebuildOrder } = seeding
  const tables = await preflight(db.sql, plan!)
  await (truncate ? checkUnreferenced : checkEmpty)(db.sql, tables)
  const strips = planStrip(tables.map((t) => t.live))
  const drops = strips.flatMap(({ dropSql }) => dropSql ?? [])
  const rebuilds = rebuildOrder(strips).flatMap((s) => s.rebuildSql)
  const summary = plan!.tables.map((table) => ({
    table: displayName(table.table),
    rows: table.rows,
    chunks: chunkCount(table),
    chunkRows: table.chunkRows,
  }))
  const partitions = await seeding.explainPartitions(db.sql, { plan: plan!, tables, jobs })
  out.document({
    profile: plan!.profile,
    seed: plan!.seed,
    tables: summary,
    partitions,
    drops,
    rebuilds,
  })
  out.print(`Profile ${plan!.profile} (seed ${plan!.seed}) would load:`)
  for (const table of summary)
    out.print(`  ${table.table}: ${formatCount(table.rows)} rows in ${formatCount(table.chunks)} chunks`)
  for (const sentence of partitions) out.print(`  ${sentence}`)
  out.print('Before the load:')
  listStatements(out, drops)
  out.print('After it, besides VACUUM, ANALYZE and verification:')
  listStatements(out, rebuilds)
  return 0
}
