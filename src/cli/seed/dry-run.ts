import type { Database } from '../../db/index.ts'
import { displayName, formatCount } from '../../kernel/index.ts'
import type { AppendOptions, IndexMode, LoadPlan } from '../../seed/index.ts'
import type { CommandContext } from '../command.ts'

export interface DryRunOptions {
  readonly plan: LoadPlan
  readonly jobs: number
  readonly truncate: boolean
  readonly append: AppendOptions | undefined
  readonly indexes: IndexMode | undefined
  readonly unlogged: boolean
}

export async function dryRun(
  { out }: CommandContext,
  db: Database,
  { plan: given, jobs, truncate, append, indexes, unlogged }: DryRunOptions,
): Promise<number> {
  const seeding = await import('../../seed/index.ts')
  const { checkEmpty, checkRights, checkUnreferenced, chunkCount, preflight, rebuildOrder } = seeding
  await checkRights(db, given, { truncate })
  const found = await preflight(db.sql, given)
  if (append === undefined) await (truncate ? checkUnreferenced : checkEmpty)(db.sql, found)
  const { plan, tables } =
    append === undefined
      ? { plan: given, tables: found }
      : await seeding.planAppend(db, { plan: given, tables: found, fromRow: append.fromRow })
  const { strips, said: kept } = await seeding.planStrips(db, tables, { indexes, unlogged, truncate })
  const rebuilds = rebuildOrder(strips).flatMap((s) => s.rebuildSql)
  const summary = plan.tables.map((table) => ({
    table: displayName(table.table),
    rows: table.rows,
    chunks: chunkCount(table),
    chunkRows: table.chunkRows,
  }))
  const partitions = await seeding.explainPartitions(db.sql, { plan: plan, tables, jobs })
  out.document({
    profile: plan.profile,
    seed: plan.seed,
    tables: summary,
    partitions,
    kept,
    drops: strips.filter((s) => s.dropSql !== undefined).map((s) => s.dropSql),
    rebuilds,
  })
  out.print(`Profile ${plan.profile} (seed ${plan.seed}) would load:`)
  for (const table of summary)
    out.print(`  ${table.table}: ${formatCount(table.rows)} rows in ${formatCount(table.chunks)} chunks`)
  for (const sentence of partitions) out.print(`  ${sentence}`)
  for (const sentence of kept) out.print(`  ${sentence}`)
  out.print('Before the load:')
  for (const strip of strips.filter((s) => s.dropSql !== undefined)) out.print(`  ${strip.dropSql}`)
  out.print('After it, besides VACUUM, ANALYZE and verification:')
  for (const statement of rebuilds) out.print(`  ${statement}`)
  return 0
}
