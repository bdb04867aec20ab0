import {
  type Database,
  errorCodeOf,
  inTransaction,
  isConnectionLost,
  type LockPolicy,
  type LockWaiting,
  type ReservedSql,
  SQLSTATE,
  withAdvisoryLock,
} from '../db/index.ts'
import type { Plan, PlanStatement } from '../diff/index.ts'
import { type Emit, GigarowError, isGigarowError, silent } from '../kernel/index.ts'
import { classify, parseOne } from '../sql/index.ts'
import type { MigrateEvent } from './events.ts'
import { groupsOf, type PlanGroup } from './plan-text.ts'
import { cancellable, retried, runOutside, type Work } from './run.ts'

export type ApplyEvent =
  | { readonly type: 'apply.statement'; readonly number: number; readonly of: number; readonly sql: string }
  | { readonly type: 'apply.done'; readonly number: number; readonly ms: number }
  | Extract<MigrateEvent, { type: 'migrate.waiting' | 'migrate.recovered' }>
  | LockWaiting

export interface ApplyOptions {
  readonly emit?: Emit<ApplyEvent>
  /** lockTimeoutMs is that of the plan. */
  readonly lock?: Partial<Omit<LockPolicy, 'lockTimeoutMs'>>
  readonly signal?: AbortSignal
  /** Looks, under the lock, whether the plan still fits the database; throws when it does not. */
  readonly check?: () => Promise<void>
}

interface Applying extends Work {
  readonly total: number
  readonly emit: Emit<ApplyEvent>
}

/**
 * Carries a plan out on a live database: under the advisory lock of migrations, each lock waited for shortly and again, the
 * sessions in the way named.
 *
 * @throws REFUSED: nothing was run, the plan is not complete
 * @throws APPLY_FAILED with the statement and what is done; LOCK_TIMEOUT with the blockers; INTERRUPTED
 */
export async function applyPlan(db: Database, plan: Plan, options: ApplyOptions = {}): Promise<void> {
  if (plan.refusals.length > 0) throw new GigarowError('REFUSED', 'The plan is not complete: it was refused.')
  const { emit = silent, signal } = options
  const waiting = (holder: { readonly pid: number } | undefined) =>
    emit({ type: 'migrate.waiting', pid: holder?.pid ?? null })
  await withAdvisoryLock(db, { lock: 'migrate', waiting, ...(signal ? { signal } : {}) }, async (session) => {
    await options.check?.()
    const { lock = {} } = options
    const run = { db, session, emit, lock, total: plan.statements.length, ...(signal ? { signal } : {}) }
    await cancellable(run, () => runGroups(run, groupsOf(plan.statements)))
  })
}

async function runGroups(run: Applying, groups: readonly PlanGroup[]): Promise<void> {
  let done = 0
  for (const group of groups) {
    if (run.signal?.aborted) throw interrupted(done, run.total)
    const begin = performance.now()
    try {
      await (group.runs === 'alone'
        ? runAlone(run, group.statements[0]!, done)
        : runTogether(run, group, done))
    } catch (error) {
      throw run.signal?.aborted ? interrupted(done, run.total) : error
    }
    done += group.statements.length
    run.emit({ type: 'apply.done', number: done, ms: performance.now() - begin })
  }
}

function runTogether(run: Applying, { statements }: PlanGroup, done: number): Promise<void> {
  const lockTimeoutMs = Math.min(...statements.map((s) => s.lockTimeout).filter((ms) => ms > 0), 60_000)
  return retried(withTimeout(run, lockTimeoutMs), DOING, async () => {
    for (const [i, statement] of statements.entries()) {
      await setLocal(run.session, statement)
      await runOne(run, statement, done + i)
    }
  })
}

async function runAlone(run: Applying, statement: PlanStatement, done: number): Promise<void> {
  const node = await parseOne(statement.sql)
  if (classify(node) === 'transaction')
    return runTogether(run, { runs: 'transaction', statements: [statement] }, done)
  const recovered = ({ what }: { readonly what: string }) =>
    run.emit({ type: 'migrate.recovered', name: statement.sql, step: done + 1, what })
  await runOutside(
    withTimeout(run, statement.lockTimeout),
    { node, doing: DOING, begun: false, recovered },
    () => runOne(run, statement, done),
  )
}

const DOING = 'applying the plan'

function withTimeout(run: Applying, lockTimeoutMs: number): Work {
  return { ...run, lock: { ...run.lock, ...(lockTimeoutMs > 0 ? { lockTimeoutMs } : {}) } }
}

async function runOne(run: Applying, { sql }: PlanStatement, before: number): Promise<void> {
  run.emit({ type: 'apply.statement', number: before + 1, of: run.total, sql })
  try {
    await run.session.unsafe(sql)
  } catch (error) {
    throw failed(error, { sql, number: before + 1, of: run.total })
  }
}

function setLocal(session: ReservedSql, { lockTimeout, statementTimeout = 0 }: PlanStatement) {
  return session`select set_config('lock_timeout', ${String(lockTimeout)}, true),
                        set_config('statement_timeout', ${String(statementTimeout)}, true)`
}

/** On a scratch database: nobody else is there, no lock is waited for. */
export async function runPlan(
  session: ReservedSql,
  { statements }: Pick<Plan, 'statements'>,
  { together, signal }: { readonly together: boolean; readonly signal?: AbortSignal },
): Promise<void> {
  let done = 0
  for (const group of groupsOf(statements)) {
    const all = async () => {
      for (const [i, { sql }] of group.statements.entries()) {
        if (signal?.aborted) throw new GigarowError('INTERRUPTED', 'Stopped; nothing was changed.')
        await session.unsafe(sql).catch((error: unknown) => {
          throw failed(error, { sql, number: done + i + 1, of: statements.length })
        })
      }
    }
    await (together && group.runs === 'transaction' ? inTransaction(session, all) : all())
    done += group.statements.length
  }
}

interface Failed {
  readonly sql: string
  readonly number: number
  readonly of: number
}

/** What was made anew goes back to whom it belonged: not everybody may give something to another role. */
function hintOf(sql: string, code: string | undefined): string {
  const owner = /^ALTER .* OWNER TO (.+)$/s.exec(sql)?.[1]
  if (owner === undefined || code !== '42501') return ''
  return `Run it as a superuser, or as a role that is a member of ${owner} (GRANT ${owner} TO …), which itself may CREATE in the schema. `
}

/** Locks, lost connections and full disks are explained by others. */
function failed(error: unknown, { sql, number, of }: Failed): unknown {
  const code = errorCodeOf(error)
  const others: readonly (string | undefined)[] = [
    SQLSTATE.LOCK_NOT_AVAILABLE,
    SQLSTATE.DISK_FULL,
    SQLSTATE.READ_ONLY_TRANSACTION,
  ]
  if (isGigarowError(error) || isConnectionLost(error) || others.includes(code)) return error
  const { message, detail } = error as Error & { readonly detail?: string }
  const text = sql.length > 1000 ? `${sql.slice(0, 1000)} …` : sql
  const said = [`Statement ${number} of ${of} failed: ${message}`, ...(detail ? [detail] : []), text]
  return new GigarowError('APPLY_FAILED', said.join('\n  '), {
    facts: { statement: number, of, sql, reason: message, ...(code ? { sqlstate: code } : {}) },
    cause: error,
    hint: `${hintOf(sql, code)}Its transaction was rolled back; what was committed before it stays. The same command compares anew and goes on from there.`,
  })
}

function interrupted(done: number, total: number): GigarowError {
  return new GigarowError('INTERRUPTED', `Stopped; ${done} of ${total} statements are done and stay.`, {
    facts: { done, total },
    hint: 'The same command compares anew and goes on from there.',
  })
}
