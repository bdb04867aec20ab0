import { formatBytes, formatCount, formatDuration } from '../../kernel/index.ts'
import type { Measured, Measurement, Spread } from '../../tuning/index.ts'
import type { Output } from '../output.ts'
import { barChart, htmlTable, renderPage } from '../report/index.ts'
import { renderTable } from '../table.ts'

export interface MeasureReport extends Measurement {
  readonly rows: number
  readonly jobs: number
  /** Without the password. */
  readonly server: string
  readonly version: string
}

const HEAD = ['setting', 'from', 'to', 'median', 'min – max', 'load', 'indexes', 'times as fast', ''] as const
const RIGHT = [3, 4, 5, 6, 7] as const

/** The table for a terminal. */
export function renderMeasurement(
  report: MeasureReport,
  { bold, dim, green, yellow }: Output['colors'],
): string {
  const lines = renderTable({ head: HEAD, right: RIGHT, rows: rowsOf(report) }).split('\n')
  const [head = '', ...rest] = lines
  return [
    bold(`${report.profile}: a load of ${formatCount(report.rows)} rows, ${report.repeats} times each`),
    dim(`${report.server}, PostgreSQL ${report.version}, ${report.jobs} sessions`),
    '',
    bold(head),
    ...rest,
    '',
    green(summary(report)),
    ...notesOf(report).map(yellow),
    ...report.left.map(({ name, why }) => dim(`not measured: ${name}: ${why}`)),
  ].join('\n')
}

function rowsOf({ without, all, parts }: Measurement): readonly (readonly string[])[] {
  return [
    ['without', '', '', ...numbers(without), '', ''],
    ['all of it', '', '', ...numbers(all), factor(all), verdict(all)],
    ...sorted(parts).map((measured) => {
      const settings = measured.part!.settings
      const [names, from, to] = (['name', 'from', 'to'] as const).map((key) =>
        settings.map((s) => s[key]).join(', '),
      )
      return [`only ${names}`, from!, to!, ...numbers(measured), factor(measured), verdict(measured)]
    }),
  ]
}

/** What buys most comes first. */
function sorted(parts: readonly Measured[]): readonly Measured[] {
  return [...parts].sort((a, b) => b.factor - a.factor)
}

function numbers({ seconds, phases }: Measured): readonly string[] {
  return [
    time(seconds.median),
    range(seconds),
    time(phases.load?.median ?? 0),
    time(phases.indexes?.median ?? 0),
  ]
}

const time = (seconds: number) => formatDuration(seconds * 1000)
const range = ({ min, max }: Spread) => `${time(min)} – ${time(max)}`
const factor = (measured: Measured) => measured.factor.toFixed(2)

function verdict({ clear, factor }: Measured): string {
  if (!clear) return 'within the spread'
  return factor > 1 ? 'faster' : 'slower'
}

function summary({ all, without }: Measurement): string {
  const both = `${time(without.seconds.median)} without, ${time(all.seconds.median)} with all of it`
  if (!all.clear) return `${both}: no difference that is larger than the spread of the runs.`
  return `${both}: ${factor(all)} times as fast.`
}

/** What the numbers do not say by themselves. */
export function notesOf({ without, parts, repeats }: Measurement): readonly string[] {
  const notes: string[] = []
  const wal = without.walBytes
  const sized = parts.some(({ part }) => part!.names.some((name) => /^(max_wal_size|checkpoint_)/.test(name)))
  if (sized && wal !== null)
    notes.push(
      `The sample wrote ${formatBytes(wal)} of WAL: what is about checkpoints shows only when that is more than max_wal_size (--rows).`,
    )
  if (repeats < 3) notes.push('With fewer than three runs each a difference may be chance (--repeats).')
  return notes
}

/** One HTML file: the same table, and a bar for each. */
export function measurementPage(report: MeasureReport): string {
  const { profile, rows, repeats, jobs, without, all, left } = report
  const bars = [
    { label: 'without', measured: without },
    { label: 'all of it', measured: all },
    ...sorted(report.parts).map((measured) => ({ label: `only ${shortName(measured)}`, measured })),
  ]
  return renderPage({
    title: `What ${profile} buys`,
    subtitle: `A load of ${formatCount(rows)} rows by ${jobs} sessions into ${report.server}, PostgreSQL ${report.version}, ${repeats} times each, one after the other and then all again.`,
    figures: [
      { label: 'without', value: time(without.seconds.median) },
      { label: 'all of it', value: time(all.seconds.median) },
      { label: 'times as fast', value: factor(all) },
    ],
    sections: [
      {
        heading: 'Seconds of a load, by phase',
        note: `Medians; behind each bar the median and the fastest and slowest run. ${summary(report)}`,
        body: barChart({
          title: `Seconds of a load with parts of ${profile}`,
          parts: PHASES.map(([, label]) => label),
          bars: bars.map(({ label, measured }) => ({
            label,
            parts: PHASES.map(([phase]) => measured.phases[phase]?.median ?? 0),
            text: `${time(measured.seconds.median)} (${range(measured.seconds)})`,
          })),
        }),
      },
      {
        heading: 'Each setting alone',
        note: notesOf(report).join(' '),
        body: htmlTable({ head: HEAD, right: RIGHT, rows: rowsOf(report) }),
      },
      ...(left.length === 0
        ? []
        : [
            {
              heading: 'Not measured',
              body: htmlTable({ head: ['setting', 'why'], rows: left.map(({ name, why }) => [name, why]) }),
            },
          ]),
    ],
  })
}

const PHASES = [
  ['load', 'load'],
  ['indexes', 'indexes and keys'],
  ['vacuum', 'vacuum, analyze'],
  ['verify', 'verify'],
] as const

/** The chart has room for one name. */
function shortName({ part }: Measured): string {
  const [first = '', ...more] = part!.names
  return more.length === 0 ? first : `${first} + ${more.length}`
}
