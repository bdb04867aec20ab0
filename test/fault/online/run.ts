import { openPool, type Sql, type Target } from '../../../src/db/index.ts'
import type { LockMode, Plan, PlanStatement } from '../../../src/diff/index.ts'
import { ident } from '../../../src/kernel/index.ts'
import {
  type Difference,
  differences,
  locksOfMine,
  namedLocks,
  type Relations,
  rank,
  relationsOf,
} from '../../support/locks.ts'
import { until } from '../../support/until.ts'
import type { Watcher } from './locks.ts'
import type { Recipe } from './recipes.ts'

export interface Run {
  /** Where the plan says another lock than is taken. */
  readonly differences: readonly Difference[]
  /** Statements that gave up waiting for a lock. */
  readonly gaveUp: number
  /** There was one that others stood in the way of. */
  readonly wasHeld: boolean
}

export interface RunOptions {
  readonly target: Target
  readonly recipe: Recipe
  readonly watcher: Watcher
  readonly admin: Sql
}

interface Running {
  readonly admin: Sql
  readonly recipe: Recipe
  readonly session: Sql
  readonly other: Sql
  readonly relations: Relations
  readonly watcher: Watcher
  differences: readonly Difference[]
  gaveUp: number
  wasHeld: boolean
}

const TRIES = 20

/** The plan as it says: in transactions or alone, with its timeouts, tried again when a lock cannot be had. */
export async function runPlan(
  { statements }: Plan,
  { target, recipe, watcher, admin }: RunOptions,
): Promise<Run> {
  const session = openPool(target, { max: 1, applicationName: 'plan' })
  const other = openPool(target, { max: 1, applicationName: 'other' })
  try {
    const relations = await relationsOf(session)
    const run = {
      admin,
      recipe,
      session,
      other,
      relations,
      watcher,
      differences: [],
      gaveUp: 0,
      wasHeld: false,
    }
    for (const group of groupsOf(statements)) await runGroup(run, group)
    return run
  } finally {
    await Promise.all([session, other].map((sql) => sql.end({ timeout: 5 })))
  }
}

export function groupsOf(statements: readonly PlanStatement[]): readonly (readonly PlanStatement[])[] {
  const groups: PlanStatement[][] = []
  for (const statement of statements) {
    const last = groups.at(-1)
    if (statement.runs === 'transaction' && last?.[0]?.runs === 'transaction') last.push(statement)
    else groups.push([statement])
  }
  return groups
}

async function runGroup(run: Running, group: readonly PlanStatement[]): Promise<void> {
  const held = run.wasHeld || !isStrong(run, group) ? undefined : await hold(run)
  for (let i = 1; ; i++) {
    try {
      const found = isOutside(group[0]!) ? await alone(run, group[0]!) : await together(run, group)
      run.differences = [...run.differences, ...found]
      break
    } catch (error) {
      if ((error as { code?: string }).code !== '55P03' || i === TRIES) throw error
      run.gaveUp++
      await held?.release()
    }
  }
  await held?.release()
}

/** VALIDATE is alone in its transaction: there its locks are seen however short it is. */
function isOutside({ runs, sql }: PlanStatement): boolean {
  return runs === 'alone' && !sql.includes(' VALIDATE CONSTRAINT ')
}

/** Others who write, or who read a view, are in its way. */
function isStrong({ recipe }: Running, group: readonly PlanStatement[]): boolean {
  const of = recipe.hold?.of ?? recipe.base
  return (
    group[0]!.runs === 'transaction' &&
    group.some(({ locks }) =>
      locks.some(({ relation, mode }) => relation === of && rank(mode) >= rank('SHARE' satisfies LockMode)),
    )
  )
}

/** Somebody's transaction stays open until the plan gave up once. */
async function hold(run: Running): Promise<{ readonly release: () => Promise<void> }> {
  const { recipe, other } = run
  run.wasHeld = true
  await other.unsafe('begin')
  await other.unsafe(recipe.hold?.sql ?? `lock table ${recipe.base} in row exclusive mode`)
  let open = true
  return {
    release: async () => {
      if (open) await other.unsafe('rollback')
      open = false
    },
  }
}

async function together(
  { session, relations }: Running,
  group: readonly PlanStatement[],
): Promise<readonly Difference[]> {
  return session.begin(async (tx) => {
    const found: Difference[] = []
    let before = namedLocks(await locksOfMine(tx), relations)
    for (const statement of group) {
      const { lockTimeout, statementTimeout = 0 } = statement
      await tx.unsafe(
        `set local lock_timeout = ${lockTimeout}; set local statement_timeout = ${statementTimeout}`,
      )
      await tx.unsafe(statement.sql).catch(at(statement))
      const now = namedLocks(await locksOfMine(tx), relations)
      found.push(...differences(statement, now, [...before, ...statement.locks]))
      before = now
    }
    return found
  })
}

async function alone(run: Running, statement: PlanStatement): Promise<readonly Difference[]> {
  const { session, relations, watcher } = run
  const { sql, statementTimeout = 0 } = statement
  // What is CONCURRENTLY waits for the end of others' transactions, without blocking anybody.
  const lockTimeout = sql.includes(' CONCURRENTLY') ? 0 : statement.lockTimeout
  await session.unsafe(`set lock_timeout = ${lockTimeout}; set statement_timeout = ${statementTimeout}`)
  const taken = await watcher.watch(session, () => slowly(run, statement))
  await session.unsafe('reset lock_timeout; reset statement_timeout')
  return differences(statement, namedLocks(taken, relations), statement.locks)
}

/** What is CONCURRENTLY waits for a writer, who goes as soon as it does: else its locks may be gone before they are seen. */
async function slowly({ session, other, admin }: Running, statement: PlanStatement): Promise<void> {
  const { sql, locks } = statement
  const last = locks.at(-1)
  if (!sql.includes(' CONCURRENTLY') || last === undefined) {
    await session.unsafe(sql).catch(at(statement))
    return
  }
  const [me] = await session<{ pid: number }[]>`select pg_backend_pid() as pid`
  await other.unsafe(`begin; lock table ${ident(last.relation)} in row exclusive mode`)
  let ended = false
  const running = session
    .unsafe(sql)
    .then(() => {}, at(statement))
    .finally(() => {
      ended = true
    })
  const waits = until(`somebody is waited for by ${sql}`, async () => {
    const rows = await admin`select from pg_locks where pid = ${me!.pid} and not granted`
    return ended || rows.length > 0
  }).finally(() => other.unsafe('rollback'))
  await Promise.all([running, waits])
}

function at({ sql }: PlanStatement) {
  return (error: Error & { code?: string }) => {
    throw Object.assign(new Error(`${error.message}\nat: ${sql}`, { cause: error }), { code: error.code })
  }
}
