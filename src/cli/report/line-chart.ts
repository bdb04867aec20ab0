import { type Html, html, NOTHING } from './html.ts'
import { ticks } from './scale.ts'

export interface Axis {
  readonly label: string
  readonly format: (value: number) => string
}

export interface Series {
  readonly name: string
  /** From left to right. */
  readonly points: readonly (readonly [x: number, y: number])[]
}

export interface LineChartOptions {
  /** What it shows, for those who cannot see it. */
  readonly title: string
  readonly x: Axis
  readonly y: Axis
  /** At most six. One is named by the title alone; several get a legend. */
  readonly series: readonly Series[]
  /** Spans of x to tell apart from the rest, with a name above. */
  readonly bands?: readonly { readonly from: number; readonly to: number; readonly label: string }[]
}

const WIDTH = 860
const HEIGHT = 260
/** The last label of the x axis stands to both sides of its tick, such as "1 min 30 s". */
const PLOT = { left: 70, right: WIDTH - 40, top: 24, bottom: HEIGHT - 40 } as const

/** Both axes begin at 0. Pure: values in, SVG out. */
export function lineChart({ title, x, y, series, bands = [] }: LineChartOptions): Html {
  const points = series.flatMap((s) => s.points)
  const xs = ticks(Math.max(0, ...points.map(([px]) => px), ...bands.map(({ to }) => to)))
  const ys = ticks(Math.max(0, ...points.map(([, py]) => py)))
  const place = {
    x: (value: number) => round(PLOT.left + (value / xs.at(-1)!) * (PLOT.right - PLOT.left)),
    y: (value: number) => round(PLOT.bottom - (value / ys.at(-1)!) * (PLOT.bottom - PLOT.top)),
  }
  return html`${legend(series)}<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}">
<title>${title}</title>
${bands.map(({ from, to, label }, k) => band({ left: place.x(from), right: place.x(to), label, washed: k % 2 === 0 }))}
${ys.map((value) => html`<line class="grid" x1="${PLOT.left}" x2="${PLOT.right}" y1="${place.y(value)}" y2="${place.y(value)}"/><text x="${PLOT.left - 8}" y="${place.y(value) + 4}" text-anchor="end">${y.format(value)}</text>\n`)}
${xs.map((value) => html`<text x="${place.x(value)}" y="${PLOT.bottom + 18}" text-anchor="middle">${x.format(value)}</text>\n`)}
<text x="${PLOT.right}" y="${HEIGHT - 4}" text-anchor="end">${x.label}</text>
<text x="${PLOT.left - 8}" y="12" text-anchor="end">${y.label}</text>
${series.map((one, k) => curve(one, { color: `var(--series-${k + 1})`, filled: series.length === 1, place }))}
</svg>
`
}

/** Of colours and names; one series needs none. */
export function legend(series: readonly { readonly name: string }[]): Html {
  if (series.length < 2) return NOTHING
  const entries = series.map(
    ({ name }, k) => html`<span><i style="background: var(--series-${k + 1})"></i>${name}</span>`,
  )
  return html`<p class="legend">${entries}</p>\n`
}

interface Place {
  readonly x: (value: number) => number
  readonly y: (value: number) => number
}

function curve(
  { points }: Series,
  { color, filled, place }: { color: string; filled: boolean; place: Place },
): Html {
  if (points.length === 0) return NOTHING
  const path = points.map(([x, y], k) => `${k === 0 ? 'M' : 'L'}${place.x(x)} ${place.y(y)}`).join('')
  const area = `${path}L${place.x(points.at(-1)![0])} ${PLOT.bottom}L${place.x(points[0]![0])} ${PLOT.bottom}Z`
  return html`${filled ? html`<path class="area" d="${area}" fill="${color}"/>\n` : NOTHING}<path class="curve" d="${path}" stroke="${color}"/>\n`
}

/** A name that its band has no room for is left out. */
function band({
  left,
  right,
  label,
  washed,
}: {
  left: number
  right: number
  label: string
  washed: boolean
}): Html {
  const box = washed
    ? html`<rect class="band" x="${left}" y="${PLOT.top}" width="${round(right - left)}" height="${PLOT.bottom - PLOT.top}"><title>${label}</title></rect>`
    : NOTHING
  const name =
    right - left > label.length * 7
      ? html`<text x="${round((left + right) / 2)}" y="${PLOT.top - 8}" text-anchor="middle">${label}</text>`
      : NOTHING
  return html`${box}${name}\n`
}

/** A tenth of a pixel is enough, and keeps the file small. */
export function round(value: number): number {
  return Math.round(value * 10) / 10
}
