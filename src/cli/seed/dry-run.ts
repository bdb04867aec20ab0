import type { Database } from '../../db/index.ts'
import { displayName, formatCount } from '../../kernel/index.ts'
import type { LoadPlan } from '../../seed/index.ts'
import type { CommandContext } from '../command.ts'

export async function dryRun(
  { out }: CommandContext,
  db: Database,
  {
    plan,
    jobs,
    truncate,
    withoutTriggers,
  }: { plan: LoadPlan | undefined; jobs: number; truncate: boolean; withoutTriggers: boolean },
): Promise<number> {
  const seeding = await import('../../seed/index.ts')
  const { checkEmpty, checkUnreferenced, chunkCount, planStrip, preflight, rebuildOrder } = seeding
  const tables = await preflight(db.sql, plan!)
  await (truncate ? checkUnreferenced : checkEmpty)(db.sql, tables)
  const firing = await seeding.readRowTriggers(db.sql, tables)
  const triggers = seeding.explainTriggers(firing, { without: withoutTriggers })
  const strips = [
    ...planStrip(tables.map((t) => t.live)),
    ...(withoutTriggers ? seeding.stripTriggers(firing) : []),
  ]
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
    triggers,
    drops: strips.filter((s) => s.dropSql !== undefined).map((s) => s.dropSql),
    rebuilds,
  })
  out.print(`Profile ${plan!.profile} (seed ${plan!.seed}) would load:`)
  for (const table of summary)
    out.print(`  ${table.table}: ${formatCount(table.rows)} rows in ${formatCount(table.chunks)} chunks`)
  for (const sentence of [...partitions, ...triggers]) out.print(`  ${sentence}`)
  out.print('Before the load:')
  for (const strip of strips.filter((s) => s.dropSql !== undefined)) out.print(`  ${strip.dropSql}`)
  out.print('After it, besides VACUUM, ANALYZE and verification:')
  for (const statement of rebuilds) out.print(`  ${statement}`)
  return 0
}
