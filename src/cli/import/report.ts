import type { ImportReport } from '../../ingest/index.ts'
import { formatBytes, formatCount, formatDuration, formatRows } from '../../kernel/index.ts'
import type { TunedResult } from '../../tuning/index.ts'
import type { CommandContext } from '../command.ts'
import type { Output } from '../output.ts'
import { renderTable } from '../table.ts'
import { printTuning, tuningDocument } from '../tuning/during.ts'
import type { Imported } from './load.ts'

/** The summary of an import, and the exit code. */
export function render(
  { out }: CommandContext,
  { report, peakRssBytes }: Imported,
  tuned: TunedResult<Imported> | undefined,
): number {
  out.document({
    ...report,
    peakRssBytes,
    ...(tuned === undefined ? {} : { tuning: tuningDocument(tuned) }),
  })
  out.print(renderReport(report, { out, peakRssBytes }))
  if (tuned === undefined) return 0
  out.print('')
  return printTuning(tuned, out)
}

function renderReport(
  report: ImportReport,
  { out, peakRssBytes }: { out: Output; peakRssBytes: number },
): string {
  const { bold, dim } = out.colors
  const { table, run, jobs, files, bytes, seconds, rowsPerSecond } = report
  const imported = report.inserted + report.updated
  const what = `${files.length} ${files.length === 1 ? 'file' : 'files'}, ${formatBytes(bytes)}`
  return [
    '',
    bold(
      `${table}: ${formatCount(imported)} ${imported === 1 ? 'row' : 'rows'} imported in ${formatDuration(seconds * 1000)}`,
    ),
    dim(
      `${what}, ${jobs} ${jobs === 1 ? 'session' : 'sessions'}, import ${run}; ${formatRows(rowsPerSecond)} rows/s read; peak memory of gigarow ${formatBytes(peakRssBytes)}`,
    ),
    '',
    renderTable({ head: ['rows', '', ''], right: [1], rows: rowsOf(report) }),
    '',
    verified(report),
  ].join('\n')
}

/** What was not asked for is not shown when there is none of it. */
function rowsOf(report: ImportReport): readonly (readonly string[])[] {
  const { read, filtered, inserted, updated, skipped, rejected, rejects } = report
  const all: readonly (readonly [string, number, string])[] = [
    ['read', read, ''],
    ['filtered', filtered, 'not wanted'],
    ['inserted', inserted, ''],
    ['updated', updated, ''],
    ['skipped', skipped, 'their key was there, or came again in the files'],
    ['refused', rejected, rejects === null ? '' : `see ${rejects}`],
  ]
  return all
    .filter(([name, count]) => count > 0 || name === 'read' || name === 'inserted')
    .map(([name, count, note]) => [name, formatCount(count), note])
}

function verified({ counted, table }: ImportReport): string {
  const parts = 'Verified: every part took as many rows as were counted in its file'
  if (counted === null) return `${parts}; ${table} held rows before, so it was not counted.`
  return `${parts}, and ${table}, which was empty, holds ${formatCount(counted)}.`
}
