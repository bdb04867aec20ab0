import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readCatalog } from '../../src/catalog/index.ts'
import type { Target } from '../../src/db/index.ts'
import { diff, type PlanStatement } from '../../src/diff/index.ts'
import type { Catalog } from '../../src/model/index.ts'
import { seededRandom } from '../support/random.ts'
import { until } from '../support/until.ts'
import { invalidIndexes, openDatabases, using } from './online/databases.ts'
import { runAndKill } from './online/killed.ts'
import { fill, LOGS } from './online/recipes.ts'

const ROWS = 12_000
const OLD = 'create index logs_user_idx on logs (user_id);'
const CASES: readonly (readonly [string, string, string])[] = [
  ['an index', '', OLD],
  ['an index replaced', OLD, 'create index logs_user_idx on logs (user_id, at);'],
  ['a unique index', '', 'create unique index logs_one on logs (id, at);'],
  ['a primary key', '', 'alter table logs add primary key (id, at);'],
]

const databases = openDatabases()
let filled: Target

beforeAll(async () => {
  filled = await databases.make('logs', `${LOGS} ${fill('logs', ROWS)}`)
})
afterAll(() => databases.close())

describe.each(CASES)('%s of 12 leaves, its process killed', (_name, from, more) => {
  it('after each statement: each new plan goes on', async () => {
    await onCopy(from, more, async ({ target, planned }) => {
      for (let kills = 0; ; kills++) {
        const statements = await planned()
        if (statements.length === 0) break
        expect(kills).toBeLessThan(60)
        await runAndKill(statements, { target, admin: databases.admin, at: firstCommit(statements) })
      }
    })
  })

  it('at random boundaries', async () => {
    const random = seededRandom(20261121)
    for (let round = 0; round < 2; round++) {
      await onCopy(from, more, async ({ target, planned }) => {
        for (let kills = 0; kills < 3; kills++) {
          const statements = await planned()
          const at = Math.floor(random() * (statements.length + 1))
          await runAndKill(statements, { target, admin: databases.admin, at })
        }
        await finish(target, planned)
      })
    }
  })

  it('while an index is built: what is left invalid goes', async () => {
    const random = seededRandom(5)
    await onCopy(from, more, async ({ target, planned }) => {
      for (let kills = 0; kills < 3; kills++) {
        const statements = await planned()
        const builds = statements.flatMap(({ sql }, i) => (/^CREATE .*CONCURRENTLY/.test(sql) ? [i] : []))
        const at = builds[Math.floor(random() * builds.length)]
        if (at === undefined) break
        await killInBuild(target, statements, at)
        await using(target, async (sql) => expect(await invalidIndexes(sql)).not.toEqual([]))
      }
      await finish(target, planned)
    })
  })
})

interface Copy {
  readonly target: Target
  readonly planned: () => Promise<readonly PlanStatement[]>
}

/** When `use` is done there is nothing left to do, and nothing is lost or invalid. */
async function onCopy(from: string, more: string, use: (copy: Copy) => Promise<void>): Promise<void> {
  const wanted = await databases.stateOf(`${LOGS} ${more}`)
  const target = await databases.copy(filled)
  await using(target, (sql) => sql.unsafe(from))
  const planned = () => planOf(target, wanted)
  await use({ target, planned })
  expect((await planned()).map(({ sql }) => sql)).toEqual([])
  await using(target, async (sql) => {
    expect(await invalidIndexes(sql)).toEqual([])
    expect(await sql`select count(*)::int from logs`).toEqual([{ count: ROWS }])
  })
  await databases.drop(target)
}

async function planOf(target: Target, wanted: Catalog): Promise<readonly PlanStatement[]> {
  const plan = diff(await using(target, (sql) => readCatalog({ sql })), wanted)
  expect(plan.refusals).toEqual([])
  return plan.statements
}

async function finish(target: Target, planned: Copy['planned']): Promise<void> {
  const statements = await planned()
  await runAndKill(statements, { target, admin: databases.admin, at: statements.length })
}

/** So far that one thing more is committed. */
function firstCommit(statements: readonly PlanStatement[]): number {
  const next = statements.findIndex(({ runs }) => runs === 'alone')
  return next === 0 ? 1 : next === -1 ? statements.length : next
}

/** It waits for a writer of the leaf, and dies while it does. */
async function killInBuild(target: Target, statements: readonly PlanStatement[], at: number): Promise<void> {
  const { admin } = databases
  const table = / ON (?:ONLY )?("[^ ]+")/.exec(statements[at]!.sql)![1]!
  await using(target, async (other) => {
    await other.unsafe(`begin; lock table ${table} in row exclusive mode`)
    await runAndKill(statements, {
      target,
      admin,
      at,
      during: (pid) =>
        until('the build waits', async () => {
          const rows = await admin`select from pg_locks where pid = ${pid} and not granted`
          return rows.length > 0
        }),
    })
    await other.unsafe('rollback')
  })
}
