import { describe, expect, test } from 'vitest'
import { type Sql, withDatabase } from '../../../src/db/index.ts'
import type { Plan, PlanStatement } from '../../../src/diff/index.ts'
import { type ApplyEvent, type ApplyOptions, applyPlan, planText } from '../../../src/migrate/index.ts'
import { testDatabase } from '../../support/index.ts'
import { errorOf, migrationsOn } from './fixture.ts'

const target = testDatabase()
const { observer } = migrationsOn(target)

function plan(...statements: (Partial<PlanStatement> & { sql: string })[]): Plan {
  const common = {
    runs: 'transaction',
    locks: [],
    lockTimeout: 50,
    statementTimeout: 30_000,
    hazards: [],
  } as const
  const reverse = { none: 'a test' }
  return { statements: statements.map((s) => ({ ...common, reverse, ...s })), refusals: [] }
}

function apply(what: Plan, options: ApplyOptions = {}): Promise<void> {
  return withDatabase(target, { doing: 'applying' }, (db) => applyPlan(db, what, options))
}

async function holdLock(sql: Sql, statement: string) {
  const session = await sql.reserve()
  await session.unsafe('begin')
  await session.unsafe(statement)
  const [me] = await session<{ pid: number }[]>`select pg_backend_pid() as pid`
  return {
    pid: me!.pid,
    run: async (more: string) => {
      await session.unsafe(more)
    },
    end: async () => {
      await session.unsafe('rollback')
      session.release()
    },
  }
}

async function columns(): Promise<string[]> {
  const rows = await observer()<{ name: string }[]>`
    select attname as name from pg_attribute where attrelid = 'public.t'::regclass and attnum > 0 order by attnum`
  return rows.map(({ name }) => name)
}

const TABLE = 'create table public.t (id int)'
const ADD = (name: string) => ({ sql: `alter table public.t add column ${name} int` })
const INDEX = { sql: 'create index concurrently t_id on public.t (id)', runs: 'alone' as const }

test('neighbours share a transaction: of a group that fails nothing stays, what was before it does', async () => {
  await observer().unsafe(TABLE)
  const error = await errorOf(
    apply(plan(ADD('a'), INDEX, ADD('b'), { sql: 'alter table public.nope add x int' })),
  )
  expect(error.code).toBe('APPLY_FAILED')
  expect(error.facts).toMatchObject({ statement: 4, of: 4, sqlstate: '42P01' })
  expect(await columns()).toEqual(['id', 'a'])
  await apply(plan(ADD('b'), ADD('c')))
  expect(await columns()).toEqual(['id', 'a', 'b', 'c'])
})

/** Milliseconds: long enough for a busy machine to see who is in the way. */
const SEEN = 1_000

describe('a lock that somebody holds', () => {
  test('in a deadlock: what was rolled back is tried again when the other one has gone on', async () => {
    await observer().unsafe(`${TABLE}; create table public.other (id int)`)
    const blocker = await holdLock(observer(), 'lock table public.other')
    let crossed: Promise<unknown> | undefined
    const emit = (event: ApplyEvent) => {
      // Our first lock is held now, or soon: the blocker waits for it, and we for theirs.
      if (event.type === 'apply.statement' && event.number === 3)
        crossed ??= blocker.run('lock table public.t').then(() => blocker.end())
    }
    const quick = { sql: `set local deadlock_timeout = '20ms'` }
    const long = { lockTimeout: 20_000 }
    const steps = [quick, { ...ADD('a'), ...long }, { sql: 'alter table public.other add a int', ...long }]
    await apply(plan(...steps), { emit, lock: { attempts: 50, pauseMs: 5 } })
    await crossed
    expect(await columns()).toEqual(['id', 'a'])
  })

  test('is waited for shortly and again, the holder named, until it is free', async () => {
    await observer().unsafe(TABLE)
    const blocker = await holdLock(observer(), 'lock table public.t')
    const waits: Extract<ApplyEvent, { type: 'lock.waiting' }>[] = []
    let released: Promise<void> | undefined
    const emit = (event: ApplyEvent) => {
      if (event.type !== 'lock.waiting') return
      waits.push(event)
      released ??= blocker.end()
    }
    await apply(plan({ ...ADD('a'), lockTimeout: SEEN }, { ...ADD('b'), lockTimeout: SEEN }), {
      emit,
      lock: { attempts: 50, pauseMs: 5 },
    })
    await released
    expect(waits[0]!.blockers).toMatchObject([{ pid: blocker.pid, application: 'observer' }])
    expect(await columns()).toEqual(['id', 'a', 'b'])
  })

  test('is given up after the tries, and nothing of the group is there', async () => {
    await observer().unsafe(`${TABLE}; create table public.u (id int)`)
    const blocker = await holdLock(observer(), 'lock table public.u')
    const alone = { sql: 'alter table public.u add column x int', runs: 'alone' as const, lockTimeout: SEEN }
    const error = await errorOf(apply(plan(ADD('a'), alone), { lock: { attempts: 2, pauseMs: 5 } }))
    await blocker.end()
    expect(error.code).toBe('LOCK_TIMEOUT')
    expect(error.facts.pids).toEqual([blocker.pid])
    expect(await columns()).toEqual(['id', 'a'])
  })
})

test('an index that was left unfinished is dropped before it is built', async () => {
  const sql = observer()
  await sql.unsafe(`${TABLE}; insert into public.t values (1), (1)`)
  const unique = { sql: 'create unique index concurrently t_id on public.t (id)', runs: 'alone' as const }
  expect((await errorOf(apply(plan(unique)))).facts).toMatchObject({ sqlstate: '23505' })
  await sql.unsafe('delete from public.t')
  const events: ApplyEvent[] = []
  await apply(plan(unique), { emit: (event) => events.push(event) })
  expect(events.map(({ type }) => type)).toContain('migrate.recovered')
  expect(
    await sql`select indisvalid as valid from pg_index where indexrelid = 'public.t_id'::regclass`,
  ).toEqual([{ valid: true }])
})

test('Ctrl-C cancels the statement that runs and says what is done', async () => {
  await observer().unsafe(TABLE)
  const stop = new AbortController()
  const emit = (event: ApplyEvent) => {
    if (event.type === 'apply.statement' && event.number === 3) stop.abort()
  }
  const error = await errorOf(
    apply(plan(ADD('a'), INDEX, { sql: 'select pg_sleep(600)' }), { emit, signal: stop.signal }),
  )
  expect(error).toMatchObject({ code: 'INTERRUPTED', facts: { done: 2, total: 3 } })
})

test('a plan that the database does not fit any more is not run', async () => {
  await observer().unsafe(TABLE)
  const check = () => Promise.reject(new Error('changed'))
  await expect(apply(plan(ADD('a')), { check })).rejects.toThrow('changed')
  expect(await columns()).toEqual(['id'])
})

test('the text of a plan runs in psql’s way: groups in transactions, timeouts, comments of any length', async () => {
  const sql = observer()
  await sql.unsafe(TABLE)
  const hazards = [{ rule: 'some-rule', severity: 'lock', text: 'waits;\nfor long' }] as const
  const locks = [{ relation: 't', mode: 'ACCESS EXCLUSIVE' }] as const
  const text = planText(plan({ ...ADD('a'), hazards, locks, comment: 'first\nsecond' }, ADD('b'), INDEX), [
    'from; to',
  ])
  expect(text).toMatchSnapshot()
  const { splitStatements } = await import('../../../src/sql/index.ts')
  const session = await sql.reserve()
  for (const statement of await splitStatements(text)) await session.unsafe(statement.sql)
  session.release()
  expect(await columns()).toEqual(['id', 'a', 'b'])
})

test('who may not give something back to its owner is told what he has to be', async () => {
  const [owner, me] = ['of ', 'not '].map((word) => `${word}${target.database}`) as [string, string]
  await observer().unsafe(`create role "${owner}"; create role "${me}"`)
  try {
    const error = await errorOf(
      apply(
        plan(
          { sql: `SET LOCAL ROLE "${me}"` },
          { sql: 'CREATE TEMPORARY TABLE mine (id int)' },
          { sql: `ALTER TABLE mine OWNER TO "${owner}"` },
        ),
      ),
    )
    expect(error.facts).toMatchObject({ statement: 3, sqlstate: '42501' })
    expect(error.hint).toMatch(`Run it as a superuser, or as a role that is a member of "${owner}"`)
  } finally {
    await observer().unsafe(`drop role "${owner}"; drop role "${me}"`)
  }
})
