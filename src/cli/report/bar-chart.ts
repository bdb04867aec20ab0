import { type Html, html } from './html.ts'
import { legend, round } from './line-chart.ts'

export interface Bar {
  readonly label: string
  /** Lengths of its parts, in the order of the legend; a plain bar has one. */
  readonly parts: readonly number[]
  /** Written behind the bar. */
  readonly text: string
}

export interface BarChartOptions {
  readonly title: string
  /** Names of the parts, where bars have several. */
  readonly parts?: readonly string[]
  readonly bars: readonly Bar[]
}

const WIDTH = 860
const ROW = 30
const THICK = 16
const TEXT = 190

/** Bars that lie, one below the other, with their values behind them. */
export function barChart({ title, parts = [], bars }: BarChartOptions): Html {
  const left = Math.min(280, 16 + 7 * Math.max(0, ...bars.map(({ label }) => label.length)))
  const longest = Math.max(1e-9, ...bars.map((bar) => total(bar)))
  const scale = (WIDTH - left - TEXT) / longest
  return html`${legend(parts.map((name) => ({ name })))}<svg viewBox="0 0 ${WIDTH} ${bars.length * ROW + 4}" role="img" aria-label="${title}">
<title>${title}</title>
${bars.map((bar, k) => renderBar(bar, { left, scale, top: k * ROW + 6 }))}</svg>
`
}

function total({ parts }: Bar): number {
  return parts.reduce((sum, part) => sum + part, 0)
}

function renderBar(bar: Bar, { left, scale, top }: { left: number; scale: number; top: number }): Html {
  const middle = top + THICK / 2 + 4
  let from = left
  const boxes = bar.parts.map((part, k) => {
    const width = Math.max(part > 0 ? 1 : 0, part * scale)
    const box = html`<rect x="${round(from)}" y="${top}" width="${round(width)}" height="${THICK}" rx="2" fill="var(--series-${k + 1})"/>`
    // A gap of two pixels tells neighbours apart without their colours.
    from += width + (width > 0 ? 2 : 0)
    return box
  })
  return html`<g><title>${bar.label}: ${bar.text}</title><text class="value" x="${left - 8}" y="${middle}" text-anchor="end">${bar.label}</text>${boxes}<text class="value" x="${round(from + 6)}" y="${middle}">${bar.text}</text></g>
`
}
