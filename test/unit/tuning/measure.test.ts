import { describe, expect, it } from 'vitest'
import { inOrder } from '../../../src/tuning/measure.ts'
import { measurable } from '../../../src/tuning/measure-parts.ts'
import type { PlannedSetting, TuningPlan } from '../../../src/tuning/plan.ts'
import { spreadOf } from '../../../src/tuning/spread.ts'
import { machine } from './server-state.ts'

const planned = (name: string, more: Partial<PlannedSetting> = {}): PlannedSetting => ({
  name,
  now: '1',
  wanted: '2',
  effective: '2',
  level: 'L1',
  reason: 'a test',
  takesEffect: 'reload',
  action: 'set',
  ...more,
})
const planOf = (...settings: readonly PlannedSetting[]): TuningPlan => ({
  profile: 'test',
  hardware: machine(),
  guessed: [],
  notes: [],
  settings,
  needsRestart: false,
  unsafe: [],
})
const MEANS = { allowUnsafe: true, canRestart: true }

describe('a spread', () => {
  it('has the middle run, or the mean of the two in the middle', () => {
    expect(spreadOf([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3, runs: [3, 1, 2] })
    expect(spreadOf([4, 1, 2, 3]).median).toBe(2.5)
    expect(spreadOf([7]).median).toBe(7)
  })
})

describe('the order of the runs', () => {
  it('has each variant once a round, and goes there and back', () => {
    expect([0, 1, 2, 3].map((round) => inOrder(['a', 'b', 'c'], round).join(''))).toEqual([
      'abc',
      'cba',
      'bca',
      'acb',
    ])
  })
})

describe('what is measured', () => {
  it('is each setting alone, and together what the server would not start without', () => {
    const { parts } = measurable(
      planOf(
        planned('max_wal_senders', { wanted: '0', takesEffect: 'restart' }),
        planned('wal_level', { wanted: 'minimal', takesEffect: 'restart' }),
        planned('work_mem'),
      ),
      MEANS,
    )
    expect(parts.map((part) => part.names)).toEqual([['max_wal_senders', 'wal_level'], ['work_mem']])
  })

  it('is what makes a difference here; the rest is named with its reason', () => {
    const skip = { action: 'skip', note: 'a reason' } as const
    const { parts, left } = measurable(
      planOf(
        planned('work_mem', { action: 'unchanged' }),
        planned('shared_buffers', { takesEffect: 'restart' }),
        planned('max_wal_size', skip),
        planned('jit', { ...skip, level: 'L0', inSession: true }),
        planned('synchronous_commit', { ...skip, level: 'L3', inSession: true }),
      ),
      { allowUnsafe: false, canRestart: false },
    )
    expect(parts.map((part) => [part.names, part.settings[0]!.bySession])).toEqual([[['jit'], true]])
    expect(left).toEqual([
      { name: 'work_mem', why: 'has this value already' },
      { name: 'shared_buffers', why: expect.stringContaining('restart') },
      { name: 'max_wal_size', why: 'a reason' },
      { name: 'synchronous_commit', why: 'a reason' },
    ])
  })
})
