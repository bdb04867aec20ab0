import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bench, openBench, programsOf } from './bench.ts'
import { describeScenario, scenario } from './scenario.ts'
import { runTrial } from './trial.ts'

const MAJORS = [14, 15, 16, 17, 18]
/** GIGAROW_TRIALS: how many; `7,12` are these. npm run test:trials runs all. */
const WANTED = process.env.GIGAROW_TRIALS ?? '10'
const SEEDS = WANTED.includes(',')
  ? WANTED.split(',')
      .filter((seed) => seed !== '')
      .map(Number)
  : Array.from({ length: Number(WANTED) }, (_, i) => i + 1)

const seedsOf = (major: number) => SEEDS.filter((seed) => MAJORS[seed % MAJORS.length] === major)

describe.each(MAJORS.filter((major) => seedsOf(major).length > 0))('on PostgreSQL %i', (major) => {
  const seeds = seedsOf(major)
  const there = programsOf(major) !== undefined
  let bench: Bench
  beforeAll(() => {
    if (there) bench = openBench(major)
  })
  afterAll(() => bench?.cluster.reset())

  it.skipIf(!there).for(seeds.map((seed) => [seed, describeScenario(scenario(seed, major))] as const))(
    'trial %i: %s',
    { timeout: 120_000 },
    async ([seed]) => {
      expect.hasAssertions()
      await runTrial(bench, scenario(seed, major))
    },
  )
})
