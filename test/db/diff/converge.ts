import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { readCatalog } from '../../../src/catalog/index.ts'
import { openPool, type Sql, type Target } from '../../../src/db/index.ts'
import { type DiffOptions, diff, type Plan, type PlanStatement } from '../../../src/diff/index.ts'
import { ident } from '../../../src/kernel/index.ts'
import { applyPlan, runStatement } from '../../support/index.ts'

interface Change {
  readonly from: string
  readonly to: string
  readonly options?: DiffOptions
  /** Relations that can be read at every moment. */
  readonly always?: readonly string[]
  /** What is true between any two transactions of the plan. */
  readonly holds?: readonly string[]
  /** Run after `from`. */
  readonly rows?: string
}

/** Pairs of SQL texts, tried in one database. */
export function convergenceOn(target: Target) {
  let sql: Sql
  beforeAll(() => {
    sql = openPool(target, { max: 1, applicationName: 'converge' })
  })
  afterEach(() => empty(sql))
  afterAll(() => sql.end())
  return {
    query: <Row extends object>(text: string): Promise<readonly Row[]> => sql.unsafe<Row[]>(text),
    /** The plan from one text to the other, applied; the database is then as the other text makes it. */
    async converges({ from, to, options, always = [], holds = [], rows = '' }: Change): Promise<Plan> {
      await empty(sql)
      await sql.unsafe(to)
      const goal = await readCatalog({ sql })
      await empty(sql)
      await sql.unsafe(`${from}; ${rows}`)
      const plan = diff(await readCatalog({ sql }), goal, options)
      expect(plan.refusals).toEqual([])
      const checks = [
        ...always.map((relation) => `select * from ${relation}`),
        ...holds.map((fact) => `select 1 / (${fact})::int`),
      ]
      const reader = readAlways(target, always)
      await apply(sql, plan.statements, checks).finally(() => reader.stop())
      expect(sqlOf(diff(await readCatalog({ sql }), goal))).toEqual([])
      return plan
    },
    /** The plan, not applied. */
    async planOf({ from, to, options }: Change): Promise<Plan> {
      await empty(sql)
      await sql.unsafe(to)
      const goal = await readCatalog({ sql })
      await empty(sql)
      await sql.unsafe(from)
      return diff(await readCatalog({ sql }), goal, options)
    },
    /** Why there is no way. */
    async refuses({ from, to }: Change): Promise<string> {
      await empty(sql)
      await sql.unsafe(to)
      const goal = await readCatalog({ sql })
      await empty(sql)
      await sql.unsafe(from)
      return diff(await readCatalog({ sql }), goal)
        .refusals.map(({ reason }) => reason)
        .join('\n')
    },
    /** The statements' reverses, run last first, lead back to `from`. */
    async returns({ from, to }: Change): Promise<void> {
      await empty(sql)
      await sql.unsafe(to)
      const goal = await readCatalog({ sql })
      await empty(sql)
      await sql.unsafe(from)
      const start = await readCatalog({ sql })
      const plan = diff(start, goal)
      await applyPlan(sql, plan.statements)
      for (const { reverse, sql: text } of plan.statements.toReversed()) {
        if ('none' in reverse) throw new Error(`no way back from ${text}: ${reverse.none}`)
        for (const statement of reverse.sql) await runStatement(sql, statement)
      }
      expect(sqlOf(diff(await readCatalog({ sql }), start))).toEqual([])
    },
  }
}

export function sqlOf({ statements }: Plan): readonly string[] {
  return statements.map(({ sql }) => sql)
}

/** Another session reads them all the time: it may wait, but never finds one missing. */
function readAlways(target: Target, relations: readonly string[]): { readonly stop: () => Promise<void> } {
  if (relations.length === 0) return { stop: async () => {} }
  const other = openPool(target, { max: 1, applicationName: 'reader' })
  let isOver = false
  const reading = (async () => {
    while (!isOver) for (const relation of relations) await run(other, `select * from ${relation}`)
  })()
  // Its error is that of stop().
  reading.catch(() => {})
  return {
    stop: async () => {
      isOver = true
      await reading.finally(() => other.end())
    },
  }
}

/** What runs alone between the first statement that begins so and the last one that begins as the other says. */
export function alonesIn({ statements }: Plan, first: string, last: string): readonly string[] {
  const begin = statements.findIndex(({ sql }) => sql.startsWith(first))
  const end = statements.findLastIndex(({ sql }) => sql.startsWith(last))
  expect([begin, end]).not.toContain(-1)
  return statements.slice(begin, end).flatMap(({ runs, sql }) => (runs === 'alone' ? [sql] : []))
}

export function rulesOf({ statements }: Plan): readonly string[] {
  return [...new Set(statements.flatMap(({ hazards }) => hazards.map(({ rule }) => rule)))].sort()
}

/** What runs in a transaction together, the rest outside of any. */
async function apply(
  sql: Sql,
  statements: readonly PlanStatement[],
  checks: readonly string[] = [],
): Promise<void> {
  for (let i = 0; i < statements.length; ) {
    for (const check of checks) await run(sql, check)
    if (statements[i]!.runs === 'alone') {
      await run(sql, statements[i++]!.sql)
      continue
    }
    const begin = i
    while (statements[i]?.runs === 'transaction') i++
    const batch = statements.slice(begin, i)
    await sql.begin(async (tx) => {
      for (const statement of batch) await run(tx, statement.sql)
    })
  }
}

async function run(sql: Pick<Sql, 'unsafe'>, text: string): Promise<void> {
  try {
    await sql.unsafe(text)
  } catch (error) {
    throw new Error(`${(error as Error).message}\nat: ${text}`)
  }
}

async function empty(sql: Sql): Promise<void> {
  const schemas = await sql<{ name: string }[]>`
    select nspname as name from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'`
  for (const { name } of schemas) await sql.unsafe(`drop schema ${ident(name)} cascade`)
  await sql.unsafe('create schema public; reset all')
}

export interface Pair {
  readonly from: string
  readonly to: string
  /** Run on the first database after `from`: rows. */
  readonly rows?: string
  /** A query whose answer must be the same before and after. */
  readonly keeps?: string
  readonly options?: DiffOptions
}

/** Two databases, of which the first is led to the state of the second. */
export function convergence(first: Target, second: Target) {
  const pools = [first, second].map((target) => openPool(target, { max: 2, applicationName: 'convergence' }))
  const [a, b] = pools as [Sql, Sql]
  afterAll(() => Promise.all(pools.map((sql) => sql.end({ timeout: 5 }))))

  async function prepare({ from, to, rows }: Pair): Promise<void> {
    for (const [sql, text] of [
      [a, `${from};${rows ?? ''}`],
      [b, to],
    ] as const)
      await sql.unsafe(`drop schema public cascade; create schema public; ${text}`)
  }

  async function plan({ options }: Pair): Promise<Plan> {
    return diff(await readCatalog({ sql: a }), await readCatalog({ sql: b }), options)
  }

  return {
    a,
    /** The plan's statements, after they were run and nothing is left to do. */
    async expectConverges(pair: Pair): Promise<readonly PlanStatement[]> {
      await prepare(pair)
      const before = pair.keeps === undefined ? [] : await a.unsafe(pair.keeps)
      const { statements, refusals } = await plan(pair)
      expect(refusals).toEqual([])
      await applyPlan(a, statements)
      const left = await plan(pair)
      expect(left.statements.map(({ sql }) => sql)).toEqual([])
      expect(left.refusals).toEqual([])
      if (pair.keeps !== undefined) expect([...(await a.unsafe(pair.keeps))]).toEqual([...before])
      return statements
    },
    /** Each plan is stopped after its first transaction, until there is nothing left to do. All that was run. */
    async expectGoesOn(pair: Pair): Promise<readonly string[]> {
      await prepare(pair)
      const done: string[] = []
      for (;;) {
        const { statements, refusals } = await plan(pair)
        expect(refusals).toEqual([])
        if (statements.length === 0) return done
        const next = statements.findIndex(({ runs }) => runs === 'alone')
        const first = statements.slice(0, next === -1 ? statements.length : Math.max(next, 1))
        await applyPlan(a, first)
        done.push(...first.map(({ sql }) => sql))
        expect(done.length).toBeLessThan(200)
      }
    },
    /** The plan of two states, not run. */
    async planOf(pair: Pair): Promise<Plan> {
      await prepare(pair)
      return plan(pair)
    },
  }
}
