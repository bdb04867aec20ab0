import { formatCount, formatDuration, formatRows } from '../../kernel/index.ts'
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
    renderSeedReport(report, { out, peakRssBytes, rates: examination.rates }),
    ...startLines(data).map((line) => `\n${line}`),
    renderExamination(data, out),
    ...examination.queries.map((query) => renderQuery(query, out)),
  ].join('\n')
}

function renderExamination({ examination, waits }: SeedData, { colors }: Output): string {
  const lines = waits.map(({ phase, waits: seen }) => {
    const parts = seen.slice(0, 4).map(({ wait, share }) => `${waitName(wait)} ${Math.round(share * 100)} %`)
    return `${(PHASE_LABELS[phase as keyof typeof PHASE_LABELS] ?? phase).padEnd(16)}  ${parts.join(', ')}`
  })
  const findings = renderFindings(examination.findings)
  const waited = lines.length === 0 ? [] : ['', colors.bold('What the server’s sessions did'), ...lines]
  return [...waited, '', colors.bold('Orphans and duplicates'), findings].join('\n')
}

/** What was said before the load, and how it came out. */
export function startLines({ report, calibration, expected }: SeedData): string[] {
  const seconds = report.phases.reduce((sum, phase) => sum + phase.seconds, 0)
  const from =
    expected?.fromRun === undefined ? 'by a rule of thumb' : `as run ${expected.fromRun} of this profile did`
  return [
    ...(expected === undefined
      ? []
      : [
          `Expected ${formatDuration(expected.seconds * 1000)}, ${from}; it took ${formatDuration(seconds * 1000)}. What held it up: ${expected.limits.join('; ')}.`,
        ]),
    ...(calibration === undefined
      ? []
      : [
          `Filler ${calibration.filler}: ${calibration.reason}${calibration.tables.map(({ table, copy, sql }) => `; ${table}: copy ${formatRows(copy)}/s, sql ${formatRows(sql)}/s`).join('')}.`,
        ]),
  ]
}

function renderFindings(findings: Examination['findings']): string {
  return renderTable({
    head: ['table', 'looked for', 'by', 'rows', 'known from'],
    right: [3],
    rows: findingRows(findings),
  })
}

/** A line where there is nothing odd. */
export function summariseFindings(findings: Examination['findings'], { colors }: Output): string {
  if (findings.some(({ rows }) => rows !== null && rows > 0))
    return `${colors.bold('Orphans and duplicates')}\n${renderFindings(findings)}`
  const count = (by: string) => findings.filter((finding) => finding.by === by).length
  const known = ['foreign key', 'unique index', 'count', 'generator']
    .filter((by) => count(by) > 0)
    .map((by) => `${count(by)} ${count(by) === 1 ? SUMMARY[by]![0] : SUMMARY[by]![1]}`)
  const sound = known.length === 0 ? [] : [`no orphans, no duplicates: ${known.join(', ')}`]
  const stopped =
    count('stopped') === 0 ? [] : ['orphans and duplicates: not all was looked for, as that was stopped']
  return colors.dim([...sound, ...stopped].join('\n') || 'no orphans, no duplicates')
}

const SUMMARY: Readonly<Record<string, readonly [string, string]>> = {
  'foreign key': ['foreign key', 'foreign keys'],
  'unique index': ['unique index', 'unique indexes'],
  count: ['column counted', 'columns counted'],
  generator: ['column of a generator that makes none', 'columns of generators that make none'],
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
