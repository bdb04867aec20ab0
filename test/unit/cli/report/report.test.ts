import { describe, expect, test } from 'vitest'
import { barChart, html, htmlTable, lineChart, renderPage } from '../../../../src/cli/report/index.ts'
import { ticks } from '../../../../src/cli/report/scale.ts'
import { checkMarkup } from '../../../support/markup.ts'

const NASTY = '<script>alert("1")</script> & \'x\''

const page = renderPage({
  title: `Load of ${NASTY}`,
  subtitle: NASTY,
  figures: [{ label: NASTY, value: NASTY }],
  sections: [
    {
      heading: NASTY,
      note: NASTY,
      body: [
        lineChart({
          title: NASTY,
          x: { label: 'seconds', format: String },
          y: { label: 'rows/s', format: String },
          series: [
            {
              name: NASTY,
              points: [
                [0, 1],
                [10, 3_400_000],
              ],
            },
            { name: 'second', points: [] },
          ],
          bands: [{ from: 0, to: 8, label: NASTY }],
        }),
        barChart({ title: NASTY, parts: ['a', NASTY], bars: [{ label: NASTY, parts: [1, 0], text: NASTY }] }),
        htmlTable({ head: [NASTY], rows: [[NASTY]], right: [0] }),
      ],
    },
  ],
})

describe('a page', () => {
  test('is well formed, and texts never become tags', () => {
    checkMarkup(page)
    expect(page).not.toContain('<script')
    expect(page.split('&#60;script&#62;').length).toBeGreaterThan(10)
  })

  test('asks for nothing: no address, no script, and a policy that forbids both', () => {
    expect(page).not.toMatch(/\b(src|href|url)\s*[=(]|@import|https?:/)
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`)
  })
})

test('a curve stays within its chart, from corner to corner', () => {
  const { markup } = lineChart({
    title: 'speed',
    x: { label: 's', format: String },
    y: { label: 'rows/s', format: String },
    series: [
      {
        name: 'all',
        points: [
          [0, 0],
          [50, 1000],
        ],
      },
    ],
  })
  expect(/class="curve" d="([^"]+)"/.exec(markup)![1]).toBe('M70 220L820 24')
})

test('a chart without points is an empty one, not NaN', () => {
  const axis = { label: '', format: String }
  const empty = html`${lineChart({ title: '', x: axis, y: axis, series: [] })}${barChart({ title: '', bars: [] })}`
  expect(empty.markup).not.toMatch(/NaN|Infinity|undefined/)
})

test('ticks are round, few, and reach the largest value', () => {
  expect(ticks(9)).toEqual([0, 2, 4, 6, 8, 10])
  expect(ticks(1_230_000)).toEqual([0, 250_000, 500_000, 750_000, 1_000_000, 1_250_000])
  for (const max of [1e-6, 0.3, 1, 7, 99, 1e12]) {
    expect(ticks(max).at(-1)).toBeGreaterThanOrEqual(max * 0.999)
    expect(ticks(max).length).toBeLessThanOrEqual(6)
  }
})
