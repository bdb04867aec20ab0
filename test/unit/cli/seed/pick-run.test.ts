import { expect, test } from 'vitest'
import { pickRun } from '../../../../src/cli/seed/pick-run.ts'
import type { Run } from '../../../../src/seed/index.ts'

const run = (id: number, profile: string, ...tables: readonly string[]): Run => ({
  id,
  plan: {
    profile,
    seed: 1,
    tables: tables.map((name) => ({
      table: { schema: 'public', name },
      rows: 1,
      columns: [],
      chunkRows: 1,
    })),
  },
  filler: 'copy',
  state: 'loading',
  phases: [],
})

const runs = [run(7, 'simulation', 'emails'), run(5, 'simulation', 'users'), run(4, 'energy', 'meters')]
const anyRun = { profile: undefined, run: undefined }

test('the only load, the only one of a profile, or the one of a number goes on', () => {
  expect(pickRun([runs[0]!], anyRun).id).toBe(7)
  expect(pickRun(runs, { ...anyRun, profile: 'energy' }).id).toBe(4)
  expect(pickRun(runs, { ...anyRun, run: 5 }).id).toBe(5)
  expect(pickRun(runs, { profile: 'simulation', run: 7 }).id).toBe(7)
})

test('of several, the refusal names them with their tables and says what leads on', () => {
  expect(() => pickRun(runs, { ...anyRun, profile: 'simulation' })).toThrow(
    expect.objectContaining({
      code: 'SEED_NOTHING_TO_RESUME',
      message:
        '2 loads of profile simulation are unfinished: simulation (run 7: emails), simulation (run 5: users).',
      hint: 'Name one: gigarow seed --resume --run 7 or --run 5.',
      facts: {
        unfinished: ['simulation (run 7: emails)', 'simulation (run 5: users)'],
        runs: [7, 5],
      },
    }),
  )
})

test('a number or a profile that no unfinished load has is told with those that are unfinished', () => {
  expect(() => pickRun(runs, { ...anyRun, run: 6 })).toThrow(
    expect.objectContaining({
      message: 'No load 6 is unfinished.',
      hint: 'Unfinished: simulation (run 7: emails), simulation (run 5: users), energy (run 4: meters).',
    }),
  )
  expect(() => pickRun([], anyRun)).toThrow(/^No load is unfinished\.$/)
})
