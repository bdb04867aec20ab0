import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Output } from '../../../../src/cli/output.ts'
import {
  listReports,
  newReportId,
  put,
  readReport,
  type StoredReport,
  writeReport,
} from '../../../../src/cli/reports/files.ts'
import { RENDERERS } from '../../../../src/cli/reports/renderers.ts'
import type { SeedData } from '../../../../src/cli/reports/seed-data.ts'
import { summariseFindings } from '../../../../src/cli/reports/seed-text.ts'
import { WaitRecorder } from '../../../../src/cli/reports/wait-recorder.ts'
import { temporaryDir } from '../../../support/index.ts'
import { checkMarkup } from '../../../support/markup.ts'

const recorder = new WaitRecorder()
recorder.listen({
  type: 'phase.waits',
  phase: 'load',
  waits: [
    { wait: 'IO/WALWrite', sessions: 1 },
    { wait: 'CPU', sessions: 1 },
  ],
})
recorder.listen({ type: 'phase.waits', phase: 'load', waits: [{ wait: 'CPU', sessions: 2 }] })

const DATA: SeedData = {
  report: {
    run: 7,
    profile: 'shop',
    seed: 1,
    filler: 'copy',
    jobs: 2,
    rows: 1000,
    phases: [
      { name: 'load', seconds: 2, rows: 1000 },
      { name: 'verify', seconds: 1, rows: 1000 },
    ],
    tables: [{ table: '"<b>"', rows: 1000, bytes: 90_000, checksum: '00ff00ff00ff00ff' }],
  },
  examination: {
    history: {
      startedAt: '2026-01-01T00:00:00Z',
      throughput: [
        [1, 500],
        [2, 500],
      ],
      builds: [{ table: 't', name: 'idx', seconds: 0.5 }],
    },
    sizes: [{ table: '"<b>"', partitions: 3, heap: 60_000, indexes: 30_000 }],
    rates: [{ table: '"<b>"', rowsPerSecond: 1234 }],
    findings: [
      { table: 't', what: 'orphans', on: 'a', rows: 0, by: 'foreign key' },
      { table: 't', what: 'duplicates', on: 'b', rows: null, by: 'generator' },
    ],
    queries: [
      {
        title: 'Kinds',
        sql: 'select a < b & c',
        columns: ['kind', 'n'],
        rows: [['<x>', '3']],
        seconds: 0.1,
        problem: undefined,
      },
      {
        title: 'Slow',
        sql: 'select 1',
        columns: [],
        rows: [],
        seconds: 60,
        problem: 'took longer than 60 s',
      },
    ],
  },
  waits: recorder.waits,
  server: 'db.example:5432/shop',
  serverVersion: '18.4',
  peakRssBytes: 1e8,
  expected: { seconds: 4, fromRun: 5, limits: ['verifying: 50 % of the time'] },
  calibration: {
    filler: 'copy',
    reason: '1.9 times as fast on a sample',
    tables: [{ table: 't', sample: 60_000, copy: 2e6, sql: 1e6 }],
  },
}

const stored = (id: string): StoredReport => ({
  format: 1,
  kind: 'seed',
  id,
  title: 'Load of shop: 1k rows',
  at: '2026-11-21T19:51:46.000Z',
  data: DATA,
})
describe('orphans and duplicates at the end of a load', () => {
  const out = new Output({
    json: false,
    color: false,
    streams: { stdout: process.stdout, stderr: process.stderr },
  })

  test('are a line where there are none, and a table of all where there are some', () => {
    const { findings } = DATA.examination
    expect(summariseFindings(findings, out)).toBe(
      'no orphans, no duplicates: 1 foreign key, 1 column of a generator that makes none',
    )
    const odd = summariseFindings(
      [...findings, { table: 't', what: 'duplicates', on: 'c', rows: 3, by: 'count' }],
      out,
    )
    expect(odd).toMatch(/duplicates\s+c\s+3\s+counted/)
  })
})

const streams = { stdout: process.stdout, stderr: process.stderr }

describe('the report of a load', () => {
  test('as a page is well formed and complete', () => {
    const page = RENDERERS.seed!.html(stored('x'))
    checkMarkup(page)
    for (const text of [
      'Load of shop: 1k rows',
      '1,000',
      '00ff00ff00ff00ff',
      'writing WAL',
      '25 %',
      'Kinds',
      'took longer than 60 s',
      'db.example:5432/shop',
      'Expected 4.0 s, as run 5 of this profile did; it took 3.0 s',
      'Filler copy: 1.9 times as fast on a sample; t: copy 2M/s, sql 1M/s.',
      '1.23k',
    ])
      expect(page).toContain(text)
    expect(page.match(/<svg/g)).toHaveLength(5)
    expect(page).not.toMatch(/NaN|undefined|Infinity/)
  })

  test('survives being stored, and reads the same on a terminal', () => {
    const out = new Output({ json: false, color: false, streams })
    const again = JSON.parse(JSON.stringify(stored('x'))) as StoredReport
    expect(RENDERERS.seed!.text(again, out)).toBe(RENDERERS.seed!.text(stored('x'), out))
    expect(RENDERERS.seed!.text(again, out)).toContain('computing 75 %, writing WAL 25 %')
    expect(RENDERERS.seed!.text(again, out)).toMatch(/rows\/s a session.* 1\.23k/s)
  })

  test('of an older version, without what came later, still reads', () => {
    const { calibration: _c, expected: _e, examination, ...rest } = DATA
    const { rates: _r, ...older } = examination
    const out = new Output({ json: false, color: false, streams })
    const old: StoredReport = { ...stored('x'), data: { ...rest, examination: older } }
    expect(RENDERERS.seed!.text(old, out)).not.toMatch(/rows\/s a session|Expected|undefined/)
    checkMarkup(RENDERERS.seed!.html(old))
  })
})

describe('files of reports', () => {
  const folder = temporaryDir()
  const ids = [new Date('2026-01-02T03:04:05Z'), new Date('2026-01-03T03:04:05Z')].map((at) =>
    newReportId(at, 'seed', 'shop'),
  )

  test('are for their owner only, and found by the beginning or the end of their name', () => {
    for (const id of ids) {
      const path = writeReport(folder, stored(id), '<p>')
      expect(statSync(path).mode & 0o777).toBe(0o600)
      expect(statSync(path.replace('.html', '.json')).mode & 0o777).toBe(0o600)
      expect(readFileSync(path, 'utf8')).toBe('<p>')
    }
    expect(listReports(folder)).toEqual([...ids].reverse())
    expect(readReport(folder, undefined).id).toBe(ids[1])
    expect(readReport(folder, '20260102').id).toBe('20260102-030405-seed-shop')
    expect(() => readReport(folder, 'shop')).toThrow('2 reports are called like "shop".')
    expect(() => readReport(folder, '../etc')).toThrow('There is no report "../etc".')
  })

  test('that are damaged, or cannot be written, are said in one sentence', () => {
    const id = newReportId(new Date('2026-01-04T03:04:05Z'), 'seed', 'half')
    const whole = writeReport(folder, stored(id), '<p>').replace('.html', '.json')
    for (const text of [readFileSync(whole, 'utf8').slice(0, -100), 'null', '{}', '']) {
      writeFileSync(whole, text)
      expect(() => readReport(folder, id)).toThrow(
        expect.objectContaining({ code: 'REPORT_DAMAGED', facts: { id, path: whole } }),
      )
    }
    const page = join(folder, 'missing', 'page.html')
    expect(() => put(page, '<p>')).toThrow(
      expect.objectContaining({
        code: 'FILE_UNUSABLE',
        message: `${page} cannot be written: there is no such file or folder.`,
      }),
    )
    expect(() => put(join(folder, 'reports'), '<p>')).toThrow(
      expect.objectContaining({ code: 'FILE_UNUSABLE' }),
    )
    expect(readdirSync(folder)).toEqual(['reports'])
  })
})
