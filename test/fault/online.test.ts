import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readCatalog } from '../../src/catalog/index.ts'
import type { Sql, Target } from '../../src/db/index.ts'
import { diff } from '../../src/diff/index.ts'
import type { Difference } from '../support/locks.ts'
import { invalidIndexes, openDatabases, using } from './online/databases.ts'
import { openWatcher, type Watcher } from './online/locks.ts'
import { type Base, fill, RECIPES, type Recipe, STATES } from './online/recipes.ts'
import { runPlan } from './online/run.ts'
import { type Traffic, withTraffic } from './online/traffic.ts'

const LOCK_TIMEOUT_MS = 2000
/** What nobody may wait longer than beyond that. */
const GRACE_MS = 100
/** A short statement's own time, on a machine that builds indexes meanwhile. */
const OWN_MS = 1000

const databases = openDatabases()
let filled: Readonly<Record<Base, Target>>
let watcher: Watcher

beforeAll(async () => {
  watcher = await openWatcher(databases.server)
  const make = (base: Base) => databases.make(base, `${STATES[base]} ${fill(base)}; analyze`)
  filled = { events: await make('events'), logs: await make('logs') }
})
afterAll(async () => {
  await watcher.close()
  await databases.close()
})

describe('under load, with others in the way', () => {
  it.each(RECIPES)('$name', async (recipe) => {
    const wanted = await databases.stateOf(recipe.to)
    const target = await databases.copy(filled[recipe.base])
    const [before, plan] = await using(target, async (sql) => {
      await sql.unsafe(recipe.from ?? '')
      const count = await rowsOf(sql, recipe, 0)
      return [
        count,
        diff(await readCatalog({ sql }), wanted, { ...recipe.options, lockTimeout: LOCK_TIMEOUT_MS }),
      ]
    })
    expect(plan.refusals).toEqual([])
    expect(plan.statements).not.toEqual([])

    let run: Awaited<ReturnType<typeof runPlan>> | undefined
    const traffic = await withTraffic({ target, admin: databases.admin, recipe }, async () => {
      run = await runPlan(plan, { target, recipe, watcher, admin: databases.admin })
    })

    expect(traffic.errors).toEqual([])
    expectFlow(traffic)
    expect(run!.gaveUp > 0).toBe(run!.wasHeld)
    expect(tableOf(run!.differences)).toBe('')
    await using(target, async (sql) => {
      expect(await invalidIndexes(sql)).toEqual([])
      expect(await rowsOf(sql, recipe, 1)).toBe(before + traffic.inserted)
      const left = diff(await readCatalog({ sql }), wanted)
      expect([left.refusals, left.statements.map((one) => one.sql)]).toEqual([[], []])
    })
    await databases.drop(target)
  })
})

/** A machine that stops everybody for a second does not make the plan wrong. */
function expectFlow({ inserted, reads, slowest, longestWait, stalled }: Traffic): void {
  expect(Math.min(inserted, reads)).toBeGreaterThan(0)
  expect(longestWait).toBeLessThanOrEqual(LOCK_TIMEOUT_MS + GRACE_MS + stalled)
  expect(slowest).toBeLessThanOrEqual(LOCK_TIMEOUT_MS + GRACE_MS + OWN_MS + 2 * stalled)
}

async function rowsOf(sql: Sql, { base, rows }: Recipe, side: 0 | 1): Promise<number> {
  const [row] = await sql.unsafe<{ count: string }[]>(
    `select (${rows?.[side] ?? `select count(*) from ${base}`}) as count`,
  )
  return Number(row!.count)
}

function tableOf(found: readonly Difference[]): string {
  return found
    .map(({ statement, relation, taken, named }) =>
      [relation, `taken: ${taken}`, `named: ${named}`, statement].join(' | '),
    )
    .join('\n')
}
