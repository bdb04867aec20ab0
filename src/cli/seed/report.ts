import { formatBytes, formatCount, formatDuration, formatRows } from '../../kernel/index.ts'
import type { Examination, Phase, SeedReport } from '../../seed/index.ts'
import type { Output } from '../output.ts'
import { renderTable } from '../table.ts'

export const PHASE_LABELS: Readonly<Record<Phase, string>> = {
  prepare: 'prepare',
  load: 'load',
  indexes: 'indexes and keys',
  vacuum: 'vacuum, analyze',
  verify: 'verify',
  report: 'report',
}

const BAR_WIDTH = 32
/** Of the load. */
export const RATE = 'rows/s a session'

/** The report of a finished load for people: what stands there now, and where the time went. */
export function renderSeedReport(
  report: SeedReport,
  { out, peakRssBytes, rates }: { out: Output; peakRssBytes: number; rates: Examination['rates'] },
): string {
  const { bold, dim } = out.colors
  const seconds = report.phases.reduce((sum, phase) => sum + phase.seconds, 0)
  const tables = renderTable({
    head: ['table', 'rows', 'size', 'bytes/row', ...(rates ? [RATE] : []), 'checksum', ''],
    right: rates ? [1, 2, 3, 4] : [1, 2, 3],
    rows: report.tables.map((t, k) => [
      t.table,
      formatCount(t.rows),
      formatBytes(t.bytes),
      (t.bytes / Math.max(1, t.rows + (t.before ?? 0))).toFixed(1),
      ...(rates ? [formatRows(rates[k]!.rowsPerSecond)] : []),
      t.checksum,
      t.before === undefined ? 'every row verified' : 'every new row verified',
    ]),
  })
  const phases = renderTable({
    head: ['phase', 'time', 'rows/s', ''],
    right: [1, 2],
    rows: report.phases.map((phase) => [
      PHASE_LABELS[phase.name],
      formatDuration(phase.seconds * 1000),
      phase.name === 'load' || phase.name === 'verify'
        ? formatRows(phase.rows / Math.max(phase.seconds, 0.001))
        : '',
      '█'.repeat(Math.max(1, Math.round((phase.seconds / seconds) * BAR_WIDTH))),
    ]),
  })
  const how = `filler ${report.filler}, ${report.jobs} sessions, seed ${report.seed}, run ${report.run}; peak memory of gigarow ${formatBytes(peakRssBytes)}`
  return [
    '',
    bold(`Profile ${report.profile}: ${formatCount(report.rows)} rows in ${formatDuration(seconds * 1000)}`),
    dim(how),
    '',
    tables,
    '',
    phases,
  ].join('\n')
}
