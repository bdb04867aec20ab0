import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { parseTarget, type Target, withDatabase } from '../../../src/db/index.ts'
import { judge, type Verdict } from './judge.ts'
import { type Lanes, openLanes } from './lanes.ts'
import { readKnown, readPairs } from './pair.ts'

// Each folder of test/cases/diff is two states of a schema. The plan from one to the other is run on tables with rows, and
// readers that share nothing with the catalog and the diff say whether it arrived and whether every row is still there.
const LANES = 4
const server = parseTarget(inject('serverUrl'), 'flag')
const known = readKnown()
const major = await majorOf(server)
// The short list of the versions between has a third of them each: all of them run on the oldest and on 18.
const isShort = process.env.GIGAROW_TEST_LIST === 'short'
const pairs = readPairs(major).filter((_, k) => !isShort || k % 3 === major % 3)

let lanes: Lanes
beforeAll(async () => {
  lanes = await openLanes(server, LANES)
})
afterAll(() => lanes.close())

describe.concurrent('from one schema to another and back', () => {
  test.each(pairs.map((pair) => [pair.name, pair] as const))('%s', async (_name, pair) => {
    const verdict = await lanes.use((lane) => judge(lane, pair))
    const problems = (['forward', 'back'] as const).flatMap((way) =>
      problemOf(`${pair.name} ${way}`, verdict[way]),
    )
    expect(problems.join('\n\n')).toBe('')
  })
})

/** What known.json names has to fail, until it does not. */
function problemOf(way: string, wrong: Verdict['forward']): readonly string[] {
  if (known[way] === undefined) return wrong === undefined ? [] : [`${way}: ${wrong}`]
  return wrong === undefined ? [`${way} is right now: take it out of known.json`] : []
}

/** A server of GIGAROW_TEST_URL may be of any. */
function majorOf(target: Target): Promise<number> {
  return withDatabase(target, { doing: 'asking for the version', max: 1 }, async ({ version }) =>
    Math.floor(version / 10_000),
  )
}
