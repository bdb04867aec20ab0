import type { Database } from '../../db/index.ts'
import { displayName, formatCount } from '../../kernel/index.ts'
import type { AppendOptions, IndexMode, LoadPlan } from '../../seed/index.ts'
import type { CommandContext } from '../command.ts'
import { listStatements } from './statements.ts'

export interface DryRunOptions {
  readonly plan: LoadPlan
  readonly jobs: number
  readonly truncate: boolean
  readonly append: AppendOptions | undefined
  readonly indexes: IndexMode | undefined
  readonly unlogged: boolean
  readonly withoutTriggers: boolean
}

export async function dryRun(
  { out }: CommandContext,
  db: Database,
  { plan: given, jobs, truncate, append, ...how }: DryRunOptions,
): Promise<number> {
  const seeding = await import('../../seed/index.ts')
  const { checkLoad, chunkCount, explainPartitions, explainTriggers, readPreview, readRowTriggers } = seeding
  const { plan, tables } = await checkLoad(db, given, { truncate, append })
  const triggers = explainTriggers(await readRowTriggers(db.sql, tables), { without: how.withoutTriggers })
  const preview = await readPreview(db, { plan, tables }, { ...how, truncate })
  const { drops, rebuilds, kept, unfinished, holding } = preview
  const summary = plan.tables.map((table) => ({
    table: displayName(table.table),
    rows: table.rows,
    chunks: chunkCount(table),
    chunkRows: table.chunkRows,
  }))
  const partitions = await explainPartitions(db.sql, { plan, tables, jobs })
  out.document({
    profile: plan.profile,
    seed: plan.seed,
    tables: summary,
    partitions,
    triggers,
    kept,
    drops,
    rebuilds,
    deletes: holding,
    givesUp: unfinished.map(({ id }) => id),
  })
  out.print(`Profile ${plan.profile} (seed ${plan.seed}) would load:`)
  for (const table of summary)
    out.print(`  ${table.table}: ${formatCount(table.rows)} rows in ${formatCount(table.chunks)} chunks`)
  for (const sentence of [...partitions, ...triggers, ...kept]) out.print(`  ${sentence}`)
  for (const { id, plan } of unfinished)
    out.print(`  Load ${id} of profile ${plan.profile}, which is unfinished, is given up.`)
  if (holding.length > 0) out.print(`  All rows are deleted: ${holding.join(', ')}.`)
  out.print('Before the load:')
  listStatements(out, drops)
  out.print('After it, besides VACUUM, ANALYZE and verification:')
  listStatements(out, rebuilds)
  return 0
}
