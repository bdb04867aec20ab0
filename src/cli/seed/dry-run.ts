import type { Database } from '../../db/index.ts'
import { displayName, formatCount } from '../../kernel/index.ts'
import type { LoadPlan } from '../../seed/index.ts'
import type { CommandContext } from '../command.ts'
import { listStatements } from './statements.ts'

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
  const { checkLoad, chunkCount, planStrip, readPreview } = seeding
  const { tables } = await checkLoad(db, plan!, { truncate })
  const firing = await seeding.readRowTriggers(db.sql, tables)
  const triggers = seeding.explainTriggers(firing, { without: withoutTriggers })
  const strips = [
    ...planStrip(tables.map((table) => table.live)),
    ...(withoutTriggers ? seeding.stripTriggers(firing) : []),
  ]
  const { drops, rebuilds, unfinished, holding } = await readPreview(db, { plan: plan!, tables, strips })
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
    drops,
    rebuilds,
    deletes: holding,
    givesUp: unfinished.map(({ id }) => id),
  })
  out.print(`Profile ${plan!.profile} (seed ${plan!.seed}) would load:`)
  for (const table of summary)
    out.print(`  ${table.table}: ${formatCount(table.rows)} rows in ${formatCount(table.chunks)} chunks`)
  for (const sentence of [...partitions, ...triggers]) out.print(`  ${sentence}`)
  for (const { id, plan } of unfinished)
    out.print(`  Load ${id} of profile ${plan.profile}, which is unfinished, is given up.`)
  if (holding.length > 0) out.print(`  All rows are deleted: ${holding.join(', ')}.`)
  out.print('Before the load:')
  listStatements(out, drops)
  out.print('After it, besides VACUUM, ANALYZE and verification:')
  listStatements(out, rebuilds)
  return 0
}
