import { formatBytes, formatCount, formatDuration, formatRows } from '../../kernel/index.ts'
import {
  barChart,
  type Html,
  html,
  htmlTable,
  htmlText,
  lineChart,
  renderPage,
  type Section,
} from '../report/index.ts'
import { PHASE_LABELS, RATE } from '../seed/report.ts'
import { waitName } from '../waits.ts'
import type { SeedData } from './seed-data.ts'
import { findingRows, queryTable, startLines } from './seed-text.ts'

/** The report of a load as a page. */
export function seedHtml(data: SeedData, { title, at }: { title: string; at: string }): string {
  const { report, examination, server, serverVersion, peakRssBytes } = data
  const seconds = total(report.phases.map((phase) => phase.seconds))
  const load = report.phases.find(({ name }) => name === 'load')
  return renderPage({
    title,
    subtitle: `${at.replace('T', ' ').slice(0, 19)} UTC · ${server} · PostgreSQL ${serverVersion} · filler ${report.filler}, ${report.jobs} sessions, seed ${report.seed}, run ${report.run}`,
    figures: [
      { label: 'rows, every one verified', value: formatCount(report.rows) },
      { label: 'in all', value: formatDuration(seconds * 1000) },
      {
        label: 'rows a second while loading',
        value: load === undefined ? '–' : formatRows(report.rows / Math.max(load.seconds, 0.001)),
      },
      { label: 'on disk', value: formatBytes(total(report.tables.map(({ bytes }) => bytes))) },
      { label: 'memory of gigarow, peak', value: formatBytes(peakRssBytes) },
    ],
    sections: [
      throughput(data),
      phases(data),
      ...start(data),
      ...waits(data),
      tables(data),
      ...builds(data),
      findings(data),
      ...examination.queries.map(
        (query): Section => ({
          heading: query.title,
          note: query.problem ?? formatDuration(query.seconds * 1000),
          body: [...(query.problem === undefined ? [htmlTable(queryTable(query))] : []), htmlText(query.sql)],
        }),
      ),
    ],
  })
}

function throughput({ examination }: SeedData): Section {
  const { throughput: points } = examination.history
  const body: Html =
    points.length === 0
      ? html`<p>The ledger has no chunks of this load.</p>`
      : lineChart({
          title: 'Rows a second while loading',
          x: { label: 'time of loading', format: (seconds) => formatDuration(seconds * 1000) },
          y: { label: 'rows/s', format: formatRows },
          series: [{ name: 'rows/s', points }],
        })
  return {
    heading: 'Rows a second',
    note: 'From the ledger’s chunks; pauses between attempts are left out.',
    body,
  }
}

function phases({ report }: SeedData): Section {
  const all = total(report.phases.map((phase) => phase.seconds))
  return {
    heading: 'Phases',
    body: barChart({
      title: 'Seconds of each phase',
      bars: report.phases.map(({ name, seconds }) => ({
        label: PHASE_LABELS[name],
        parts: [seconds],
        text: `${formatDuration(seconds * 1000)}, ${Math.round((100 * seconds) / Math.max(all, 1e-9))} %`,
      })),
    }),
  }
}

function start(data: SeedData): Section[] {
  const lines = startLines(data)
  return lines.length === 0
    ? []
    : [{ heading: 'What was expected', body: lines.map((line) => html`<p>${line}</p>`) }]
}

function waits({ waits: phasesSeen }: SeedData): Section[] {
  if (phasesSeen.length === 0) return []
  const body = phasesSeen.map(
    ({ phase, waits: seen }) =>
      html`<h3>${PHASE_LABELS[phase as keyof typeof PHASE_LABELS] ?? phase}</h3>${barChart({
        title: `What sessions waited for: ${phase}`,
        bars: seen.slice(0, 6).map(({ wait, share }) => ({
          label: waitName(wait),
          parts: [share],
          text: `${Math.round(share * 100)} %`,
        })),
      })}`,
  )
  return [
    {
      heading: 'What the server’s sessions did',
      note: 'Looked at once a second, in the last attempt.',
      body,
    },
  ]
}

function tables({ report, examination }: SeedData): Section {
  const { rates } = examination
  const rows = report.tables.map((table, k) => {
    const size = examination.sizes[k]!
    return [
      table.table,
      formatCount(table.rows),
      size.partitions === 0 ? '' : formatCount(size.partitions),
      formatBytes(size.heap),
      formatBytes(size.indexes),
      (table.bytes / Math.max(1, table.rows + (table.before ?? 0))).toFixed(1),
      ...(rates ? [formatRows(rates[k]!.rowsPerSecond)] : []),
      table.checksum,
    ]
  })
  return {
    heading: 'Tables',
    note: 'The checksum depends neither on the order of the rows nor on the filler.',
    body: [
      barChart({
        title: 'Bytes of each table',
        parts: ['table', 'indexes'],
        bars: examination.sizes.map(({ table, heap, indexes }) => ({
          label: table,
          parts: [heap, indexes],
          text: formatBytes(heap + indexes),
        })),
      }),
      htmlTable({
        head: [
          'table',
          'rows',
          'partitions',
          'table',
          'indexes',
          'bytes/row',
          ...(rates ? [RATE] : []),
          'checksum',
        ],
        right: rates ? [1, 2, 3, 4, 5, 6] : [1, 2, 3, 4, 5],
        rows,
      }),
    ],
  }
}

const MANY_BUILDS = 20

function builds({ examination }: SeedData): Section[] {
  const { builds: all } = examination.history
  if (all.length === 0) return []
  return [
    {
      heading: 'Indexes',
      ...(all.length > MANY_BUILDS ? { note: `The slowest ${MANY_BUILDS} of ${all.length}.` } : {}),
      body: barChart({
        title: 'Seconds of each build',
        bars: all.slice(0, MANY_BUILDS).map(({ name, seconds }) => ({
          label: name,
          parts: [seconds],
          text: formatDuration(seconds * 1000),
        })),
      }),
    },
  ]
}

function findings({ examination }: SeedData): Section {
  return {
    heading: 'Orphans and duplicates',
    body: htmlTable({
      head: ['table', 'looked for', 'by', 'rows', 'known from'],
      right: [3],
      rows: findingRows(examination.findings),
    }),
  }
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}
