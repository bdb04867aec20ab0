import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Output } from '../../../src/cli/output.ts'
import { SeedProgress } from '../../../src/cli/progress.ts'
import { waiting, waitName } from '../../../src/cli/waits.ts'
import type { SeedEvent } from '../../../src/seed/index.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

const ESCAPES = new RegExp(`${String.fromCharCode(27)}\\[[\\d;?]*[A-Za-z]`, 'g')

function listener({ live = false, json = false } = {}) {
  const stderr = Object.assign(new PassThrough(), { isTTY: live, columns: 120 })
  let text = ''
  stderr.on('data', (part) => {
    text += part
  })
  const streams = { stdout: process.stdout, stderr: stderr as unknown as NodeJS.WriteStream }
  const progress = new SeedProgress(new Output({ json, color: false, streams }))
  const listen = (event: SeedEvent) => progress.listen(event)
  return {
    progress,
    listen,
    /** All that was written, without the escapes of a terminal. */
    said: () => text.replace(ESCAPES, ''),
    lines: () => text.split('\n').filter((line) => line !== ''),
    rows: (done: number) => listen({ type: 'phase.progress', phase: 'load', done }),
    start: (total: number, done = 0) =>
      listen({ type: 'phase.started', phase: 'load', total, unit: 'rows', done }),
  }
}

describe('without a terminal', () => {
  test('a line every ten seconds has rows/s now and on average and the time that is left', () => {
    const { start, rows, lines } = listener()
    start(10_000)
    // 100 a second, then none for two seconds, then 500 a second.
    for (let second = 1; second <= 10; second++) {
      vi.advanceTimersByTime(1000)
      if (second <= 5) rows(100 * second)
      if (second > 7) rows(500 + 500 * (second - 7))
    }
    // The line was written before the last 500 were told.
    expect(lines()).toEqual([
      '  load              15 %  1.5k of 10k rows  500/s now, 150/s average, 17.0 s left ',
    ])
    vi.advanceTimersByTime(10_000)
    expect(lines()).toHaveLength(2)
  })

  test('a load that goes on counts its speed from where it began again', () => {
    const { start, rows, lines } = listener()
    start(10_000, 9000)
    rows(9500)
    vi.advanceTimersByTime(10_000)
    expect(lines()[0]).toMatch(/95 % {2}9\.5k of 10k rows .* 50\/s average/)
  })

  test('steps tell what the server is at, what is left and what is waited for', () => {
    const { listen, lines } = listener()
    listen({ type: 'phase.started', phase: 'indexes', total: 4, unit: 'steps', done: 0 })
    listen({ type: 'phase.progress', phase: 'indexes', done: 1 })
    listen({ type: 'phase.detail', phase: 'indexes', detail: 'index: sorting 50 %', running: 1 })
    listen({ type: 'phase.waits', phase: 'indexes', waits: [{ wait: 'IO/BufFileWrite', sessions: 2 }] })
    vi.advanceTimersByTime(10_000)
    expect(lines()).toEqual([
      '  indexes and keys  25 %  1 of 4, about 10.0 s left index: sorting 50 % waits for: writing temporary files (2)',
    ])
  })

  test('what a load says of itself stands in lines of its own', () => {
    const { listen, lines } = listener()
    listen({ type: 'expected', seconds: 90, fromRun: 3, limits: ['verifying: 39 % of the time'] })
    listen({ type: 'notice', message: 'The disk was not checked.' })
    listen({
      type: 'run.started',
      run: 4,
      profile: 'shop',
      rows: 1e6,
      filler: 'copy',
      jobs: 2,
      resumed: false,
    })
    listen({ type: 'phase.finished', phase: 'vacuum', seconds: 2, rows: 5 })
    expect(lines()).toEqual([
      'Expected: 1 min 30 s, as run 3 did; what holds it up:',
      '  verifying: 39 % of the time',
      'note: The disk was not checked.',
      'Loading profile shop, 1,000,000 rows: filler copy, 2 sessions (run 4)',
      '✓ vacuum, analyze       2.0 s',
    ])
  })
})

test('on a terminal a bar is drawn anew, and is gone at the end of its phase', () => {
  const { start, rows, said, listen, progress } = listener({ live: true })
  start(1000)
  rows(500)
  vi.advanceTimersByTime(1000)
  expect(said()).toContain('load             ████████████░░░░░░░░░░░░  50 %  500 of 1k rows')
  listen({ type: 'phase.finished', phase: 'load', seconds: 2, rows: 1000 })
  expect(said()).toMatch(/✓ load +2\.0 s {2}500 rows\/s\n$/)
  const before = said()
  vi.advanceTimersByTime(5000)
  expect(said()).toBe(before)
  progress.stop()
})

test('with --json there is nothing', () => {
  const { start, said, listen } = listener({ json: true })
  start(1000)
  listen({ type: 'notice', message: 'x' })
  vi.advanceTimersByTime(30_000)
  expect(said()).toBe('')
})

test('waits have plain names where we know them, and no line says that a session computes', () => {
  expect(waitName('LWLock/WALWrite')).toBe('WAL of another session')
  expect(waitName('IO/Unheard')).toBe('IO/Unheard')
  expect(waiting([{ wait: 'CPU', sessions: 2 }])).toBe('')
  expect(
    waiting([
      { wait: 'IO/WALWrite', sessions: 3 },
      { wait: 'CPU', sessions: 2 },
      { wait: 'Lock/extend', sessions: 1 },
      { wait: 'IO/DataFileRead', sessions: 1 },
    ]),
  ).toBe(' waits for: writing WAL (3), another session that extends the table (1)')
})
