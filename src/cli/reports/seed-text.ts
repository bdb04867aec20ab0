import { formatCount, formatDuration } from '../../kernel/index.ts'
import type { Examination } from '../../seed/index.ts'
import type { Output } from '../output.ts'
import { PHASE_LABELS, renderSeedReport } from '../seed/report.ts'
import { renderTable, type TableOptions } from '../table.ts'
import { waitName } from '../waits.ts'
import type { SeedData } from './seed-data.ts'

/** The report of a load for a terminal. */
export function seedText(data: SeedData, out: Output): string {
  const { report, examination, peakRssBytes } = data
  return [
    renderSeedReport(report, { out, peakRssBytes }),
    renderExamination(data, out),
    ...examination.queries.map((query) => renderQuery(query, out)),
  ].join('\n')
}

function renderExamination({ examination, waits }: SeedData, { colors }: Output): string {
  const lines = waits.map(({ phase, waits: seen }) => {
    const parts = seen.slice(0, 4).map(({ wait, share }) => `${waitName(wait)} ${Math.round(share * 100)} %`)
    return `${(PHASE_LABELS[phase as keyof typeof PHASE_LABELS] ?? phase).padEnd(16)}  ${parts.join(', ')}`
  })
  const findings = renderTable({
    head: ['table', 'looked for', 'by', 'rows', 'known from'],
    right: [3],
    rows: findingRows(examination.findings),
  })
  const waited = lines.length === 0 ? [] : ['', colors.bold('What the server’s sessions did'), ...lines]
  return [...waited, '', colors.bold('Orphans and duplicates'), findings].join('\n')
}

export function findingRows(findings: Examination['findings']): string[][] {
  return findings.map(({ table, what, on, rows, by }) => [
    table,
    what,
    on,
    rows === null ? '' : formatCount(rows),
    KNOWN[by]!,
  ])
}

const KNOWN: Readonly<Record<string, string>> = {
  'foreign key': 'its foreign key',
  'unique index': 'its unique index',
  count: 'counted',
  generator: 'every row is the profile’s, whose generator makes none',
  stopped: 'counting was stopped',
}

type Query = Examination['queries'][number]

export function queryTable({ columns, rows }: Pick<Query, 'columns' | 'rows'>): TableOptions {
  const numbers = columns.map((_, k) => k).filter((k) => rows.every((row) => /^-?[\d.]*$/.test(row[k] ?? '')))
  return { head: columns, rows, right: numbers }
}

function renderQuery(query: Query, { colors }: Output): string {
  const head = `\n${colors.bold(query.title)}  ${colors.dim(query.problem ?? formatDuration(query.seconds * 1000))}`
  return query.problem === undefined ? `${head}\n${renderTable(queryTable(query))}` : head
}
