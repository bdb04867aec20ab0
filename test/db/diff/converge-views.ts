import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { readCatalog } from '../../../src/catalog/index.ts'
import { openPool, type Sql, type Target } from '../../../src/db/index.ts'
import { diff, type Plan, type PlanStatement } from '../../../src/diff/index.ts'
import { ident } from '../../../src/kernel/index.ts'

interface Change {
  readonly from: string
  readonly to: string
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
    async converges({ from, to }: Change): Promise<Plan> {
      await sql.unsafe(to)
      const goal = await readCatalog({ sql })
      await empty(sql)
      await sql.unsafe(from)
      const plan = diff(await readCatalog({ sql }), goal)
      expect(plan.refusals).toEqual([])
      await apply(sql, plan.statements)
      expect(sqlOf(diff(await readCatalog({ sql }), goal))).toEqual([])
      return plan
    },
    /** The statements' reverses, run last first, lead back to `from`. */
    async returns({ from, to }: Change): Promise<void> {
      await sql.unsafe(to)
      const goal = await readCatalog({ sql })
      await empty(sql)
      await sql.unsafe(from)
      const start = await readCatalog({ sql })
      const plan = diff(start, goal)
      await apply(sql, plan.statements)
      for (const { reverse, sql: text } of plan.statements.toReversed()) {
        if ('none' in reverse) throw new Error(`no way back from ${text}: ${reverse.none}`)
        for (const statement of reverse.sql) await run(sql, statement)
      }
      expect(sqlOf(diff(await readCatalog({ sql }), start))).toEqual([])
    },
  }
}

export function sqlOf({ statements }: Plan): readonly string[] {
  return statements.map(({ sql }) => sql)
}

export function rulesOf({ statements }: Plan): readonly string[] {
  return [...new Set(statements.flatMap(({ hazards }) => hazards.map(({ rule }) => rule)))].sort()
}

/** What runs in a transaction together, the rest outside of any. */
async function apply(sql: Sql, statements: readonly PlanStatement[]): Promise<void> {
  for (let i = 0; i < statements.length; ) {
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
