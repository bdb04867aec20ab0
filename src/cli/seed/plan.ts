import { type Database, withDatabase } from '../../db/index.ts'
import { formatBytes, formatCount, formatDuration, GigarowError } from '../../kernel/index.ts'
import type {
  AppendOptions,
  Filler,
  FreeSpace,
  IndexMode,
  LoadEstimate,
  LoadPlan,
  Preview,
} from '../../seed/index.ts'
import type { CommandContext } from '../command.ts'
import { freeSpace } from '../disk-space.ts'
import type { Output } from '../output.ts'
import { renderTable } from '../table.ts'
import { PHASE_LABELS } from './report.ts'
import { listStatements } from './statements.ts'

export interface ShowPlanOptions {
  readonly plan: LoadPlan
  readonly jobs: number
  readonly filler: Filler
  readonly diskFree: string | undefined
  readonly withoutTriggers: boolean
  readonly append: AppendOptions | undefined
  readonly indexes: IndexMode | undefined
  readonly unlogged: boolean
}

/** gigarow seed plan: all that a load would do, without doing it. */
export async function showPlan(context: CommandContext, options: ShowPlanOptions): Promise<number> {
  const target = await context.target()
  return withDatabase(target, { doing: 'planning', max: 2, applicationName: 'gigarow seed plan' }, (db) =>
    planned(context, db, options),
  )
}

async function planned(context: CommandContext, db: Database, options: ShowPlanOptions): Promise<number> {
  const { out } = context
  const { jobs, filler, append, ...how } = options
  const {
    chunkCount,
    estimateLoad,
    explainPartitions,
    explainTriggers,
    fits,
    planAppend,
    readPreview,
    readTables,
    spaceNeeded,
  } = await import('../../seed/index.ts')
  const found = await readTables(db.sql, options.plan)
  const { plan, tables } =
    append === undefined
      ? { plan: options.plan, tables: found }
      : await planAppend(db, { plan: options.plan, tables: found, fromRow: append.fromRow })
  const estimate = await estimateLoad(db, { ...how, plan, tables, jobs, filler })
  const partitions = await explainPartitions(db.sql, { plan, tables, jobs })
  const triggers = explainTriggers(estimate.triggers, { without: how.withoutTriggers })
  const preview = await readPreview(db, { plan, tables }, how)
  const free = await freeSpace(context, db, options.diskFree)
  if (context.signal.aborted) throw new GigarowError('INTERRUPTED', 'Stopped; nothing was touched.')
  const needed = spaceNeeded(estimate.disk, free ?? { presentWal: 0 })
  const chunks = plan.tables.map(chunkCount)
  out.document({
    profile: plan.profile,
    seed: plan.seed,
    filler,
    jobs,
    tables: estimate.tables.map(({ table, rows, leaves, heapBytes, indexes }, k) => ({
      table,
      rows,
      chunks: chunks[k],
      chunkRows: plan.tables[k]!.chunkRows,
      partitions: leaves,
      heapBytes,
      indexes: indexes.map(({ name, method, bytes }) => ({ name, method, bytes: Math.round(bytes) })),
    })),
    disk: { ...estimate.disk, needed: needed.data + needed.wal, free: free?.data ?? null },
    fits: free === undefined ? null : fits(estimate.disk, free),
    time: {
      seconds: estimate.time.seconds,
      fromRun: estimate.time.fromRun ?? null,
      phases: estimate.time.phases,
    },
    limits: estimate.limits,
    partitions,
    triggers,
    kept: preview.kept,
    drops: preview.drops,
    rebuilds: preview.rebuilds,
    unfinished: preview.unfinished.map(({ id, plan }) => ({ run: id, profile: plan.profile })),
    holdsRows: preview.holding,
  })
  out.print(`Profile ${plan.profile} (seed ${plan.seed}), filler ${filler}, ${jobs} sessions\n`)
  out.print(renderTables(estimate, chunks))
  for (const sentence of [...partitions, ...triggers, ...preview.kept]) out.print(sentence)
  for (const sentence of inTheWay(preview)) out.print(out.colors.yellow(sentence))
  out.print(`\n${renderDisk(estimate, { needed: needed.data + needed.wal, free })}`)
  if (free !== undefined && !fits(estimate.disk, free)) out.print(out.colors.red('It does not fit.'))
  out.print(`\n${renderTime(estimate, out)}`)
  printStatements(out, preview)
  return 0
}

function renderTables({ tables }: LoadEstimate, chunks: readonly number[]): string {
  return renderTable({
    head: ['table', 'rows', 'chunks', 'partitions', 'table', 'indexes', 'bytes/row'],
    right: [1, 2, 3, 4, 5, 6],
    rows: tables.map((table, k) => {
      const indexes = table.indexes.reduce((sum, { bytes }) => sum + bytes, 0)
      return [
        table.table,
        formatCount(table.rows),
        formatCount(chunks[k]!),
        table.leaves === 1 ? '' : formatCount(table.leaves),
        formatBytes(table.heapBytes),
        formatBytes(indexes),
        ((table.heapBytes + indexes) / table.rows).toFixed(1),
      ]
    }),
  })
}

function renderDisk(
  { disk }: LoadEstimate,
  { needed, free }: { needed: number; free: FreeSpace | undefined },
): string {
  const space =
    free === undefined
      ? 'not known: the server’s files are not on this machine (--disk-free)'
      : formatBytes(free.data + (free.wal ?? 0))
  return renderTable({
    head: ['disk', ''],
    right: [1],
    rows: [
      ['tables', formatBytes(disk.heap)],
      ['indexes', formatBytes(disk.indexes)],
      ['there already', formatBytes(disk.present)],
      ['WAL, written', formatBytes(disk.walWritten)],
      ['WAL, at a time', formatBytes(disk.walKept)],
      ['temporary files of sorts', formatBytes(disk.temporary)],
      ...(disk.rewritten > 0
        ? [['second files of tables that are logged again', formatBytes(disk.rewritten)]]
        : []),
      ['needed at the most', formatBytes(needed)],
      ['free', space],
    ],
  })
}

function renderTime({ time, limits }: LoadEstimate, { colors }: Output): string {
  const from =
    time.fromRun === undefined
      ? 'a rule of thumb, which may be wrong by a factor of two'
      : `from run ${time.fromRun} on this server`
  const phases = renderTable({
    head: ['phase', 'time'],
    right: [1],
    rows: [
      ...time.phases.map(({ phase, seconds }) => [PHASE_LABELS[phase], formatDuration(seconds * 1000)]),
      ['all', formatDuration(time.seconds * 1000)],
    ],
  })
  const held = limits.map((limit) => `  ${limit}`).join('\n')
  return `${phases}\n${colors.dim(from)}\n\nWhat holds it up:\n${held}`
}

/** What the load would be refused for without a further flag. */
function inTheWay({ unfinished, holding }: Preview): string[] {
  return [
    ...unfinished.map(
      ({ id, plan }) =>
        `Load ${id} of profile ${plan.profile} is unfinished: gigarow seed --resume goes on with it, --truncate gives it up${plan.append ? ', with the rows that were there before' : ''}.`,
    ),
    ...(holding.length === 0
      ? []
      : [
          `Tables that hold rows: ${holding.join(', ')}. Without --truncate or --append the load is refused.`,
        ]),
  ]
}

function printStatements(out: Output, { drops, rebuilds }: Preview): void {
  out.print('\nBefore the load:')
  listStatements(out, drops)
  out.print('After it, before VACUUM, ANALYZE and verification:')
  listStatements(out, rebuilds)
}
