import { describe, expect, test } from 'vitest'
import { LOCK_CLASS, LOCKS, type LockPolicy, type Sql } from '../../../src/db/index.ts'
import type { MigrateEvent } from '../../../src/migrate/index.ts'
import { testDatabase } from '../../support/index.ts'
import { until } from '../../support/until.ts'
import { errorOf, migrationsOn } from './fixture.ts'

const { project, observer } = migrationsOn(testDatabase())

const A = '20250101000000_a'
const B = '20250102000000_b'
const TABLE = { [A]: { up: 'create table public.a (id int); create table public.log (n int);' } }
const QUICK: Partial<LockPolicy> = { lockTimeoutMs: 50, attempts: 3, pauseMs: 5 }

/** A transaction that has written to a table: an index built concurrently waits for its end. */
async function openTransaction(sql: Sql, statement: string) {
  const session = await sql.reserve()
  await session.unsafe('begin')
  await session.unsafe(statement)
  const [me] = await session<{ pid: number }[]>`select pg_backend_pid() as pid`
  return {
    pid: me!.pid,
    end: async () => {
      await session.unsafe('rollback')
      session.release()
    },
  }
}

/** The process that runs a statement like this one and waits for a lock. */
async function waitingPid(sql: Sql, like: string): Promise<number> {
  let pid = 0
  await until(`${like} waits for a lock`, async () => {
    const [row] = await sql<{ pid: number }[]>`
      select pid from pg_stat_activity
       where datname = current_database() and query ilike ${like} and wait_event_type = 'Lock'`
    pid = row?.pid ?? 0
    return pid !== 0
  })
  return pid
}

describe('a migration that cannot run in one transaction', () => {
  test('goes on at its index after a kill, which it builds anew, and repeats nothing before', async () => {
    const { up, status, write } = project(TABLE)
    await up()
    write({
      [B]: {
        up: 'insert into public.log values (1);\ncreate index concurrently a_id on public.a (id);\ninsert into public.log values (3);',
      },
    })
    const sql = observer()
    const blocker = await openTransaction(observer(), 'insert into public.a values (1)')
    const first = errorOf(up())
    const pid = await waitingPid(sql, 'create index concurrently%')
    await sql`select pg_terminate_backend(${pid})`
    expect((await first).code).toBe('DB_CONNECTION_LOST')
    await blocker.end()
    expect(await status()).toEqual(['a applied', 'b partial'])
    const [left] =
      await sql`select indisvalid as valid from pg_index where indexrelid = 'public.a_id'::regclass`
    expect(left!.valid).toBe(false)

    const events: MigrateEvent[] = []
    expect((await up({ emit: (event) => events.push(event) })).applied).toEqual([B])
    expect(events.find((e) => e.type === 'migrate.applying')).toMatchObject({ alreadyDone: 1 })
    expect(events.find((e) => e.type === 'migrate.recovered')).toMatchObject({ step: 2 })
    const [index] =
      await sql`select indisvalid as valid from pg_index where indexrelid = 'public.a_id'::regclass`
    expect(index!.valid).toBe(true)
    expect((await sql`select n from public.log order by n`).map((r) => r.n)).toEqual([1, 3])
    expect(await sql`select from gigarow.migration_step`).toHaveLength(0)
  })

  test('an index that was finished but not written down is not built twice', async () => {
    const { up, write } = project(TABLE)
    await up()
    write({ [B]: { up: 'create index concurrently a_id on public.a (id);' } })
    const sql = observer()
    await sql.unsafe('create index a_id on public.a (id)')
    const [before] = await sql`select 'public.a_id'::regclass::oid as oid`
    await sql`insert into gigarow.migration_step (migration, direction, step, checksum) values (${B}, 'up', 1, 'x')`
    expect((await up()).applied).toEqual([B])
    const [after] = await sql`select 'public.a_id'::regclass::oid as oid`
    expect(after).toEqual(before)
  })

  test('a failed statement may be corrected, one that is done may not be edited', async () => {
    const { up, write } = project(TABLE)
    await up()
    const script = (first: string, last: string) => ({
      [B]: { up: `${first};\ncreate index concurrently a_id on public.a (id);\n${last};` },
    })
    write(script('insert into public.log values (1)', 'insert into public.nope values (1)'))
    const failed = await errorOf(up())
    expect(failed).toMatchObject({ code: 'MIGRATION_FAILED', facts: { line: 3 } })
    write(script('insert into public.log values (7)', 'insert into public.log values (3)'))
    expect(await errorOf(up())).toMatchObject({ code: 'MIGRATION_MODIFIED', facts: { step: 1, line: 1 } })
    write(script('insert into public.log values (1)', 'insert into public.log values (3)'))
    await up()
    expect((await observer()`select n from public.log order by n`).map((r) => r.n)).toEqual([1, 3])
  })

  test('a statement that is done may not be removed either', async () => {
    const { up, write, remove, status } = project(TABLE)
    await up()
    const ends = [
      'insert into public.log values (3)',
      '-- gigarow: new transaction\ninsert into public.nope values (1)',
    ]
    const first = 'create index concurrently a_id on public.a (id)'
    write({ [B]: { up: [first, ...ends].join(';\n') } })
    expect((await errorOf(up())).code).toBe('MIGRATION_FAILED')
    write({ [B]: { up: first } })
    expect(await errorOf(up())).toMatchObject({ code: 'MIGRATION_MODIFIED', facts: { step: 2 } })
    remove(B)
    expect(await status()).toEqual(['a applied', 'b missing'])
    expect(await errorOf(up())).toMatchObject({ code: 'MIGRATION_MISSING', facts: { migrations: [B] } })
  })

  test('goes on with the SET of its first statements, which ended with the session', async () => {
    const { up, write } = project(TABLE)
    await up()
    const script = (last: string) => ({
      [B]: {
        up: `create schema app;\nset search_path to app;\ncreate table t (id int);\ncreate index concurrently t_id on t (id);\n${last};`,
        down: 'drop schema app cascade;',
      },
    })
    write(script('insert into nope values (1)'))
    expect((await errorOf(up())).code).toBe('MIGRATION_FAILED')
    write(script('insert into t values (1)'))
    await up()
    expect(await observer()`select id from app.t`).toEqual([{ id: 1 }])
    await observer().unsafe('drop schema app cascade')
  })

  test('an unfinished index of another table is not dropped because of its name', async () => {
    const { up, write } = project(TABLE)
    await up()
    const sql = observer()
    await sql.unsafe('insert into public.log values (1), (1)')
    await expect(sql.unsafe('create unique index concurrently taken on public.log (n)')).rejects.toThrow()
    write({ [B]: { up: 'create index concurrently taken on public.a (id);' } })
    expect((await errorOf(up())).code).toBe('MIGRATION_FAILED')
    const [left] = await sql`select indrelid::regclass::text as on from pg_index where not indisvalid`
    expect(left).toEqual({ on: 'log' })
  })

  test('taken back half way is finished before anything is put on top of it', async () => {
    const { up, down, write } = project({
      [A]: {
        up: 'create table public.a (id int); create table public.log (n int); create index a_id on public.a (id);',
        down: 'drop index concurrently public.a_id;\ndrop table public.nope;',
      },
    })
    await up()
    expect((await errorOf(down())).code).toBe('MIGRATION_FAILED')
    write({ [B]: { up: 'create table public.b (id int);' } })
    expect(await errorOf(up())).toMatchObject({ code: 'MIGRATION_HALF_REVERTED', facts: { migration: A } })
    write({
      [A]: {
        up: 'create table public.a (id int); create table public.log (n int); create index a_id on public.a (id);',
        down: 'drop index concurrently public.a_id;\ndrop table public.a, public.log;',
      },
    })
    expect((await down()).reverted).toEqual([A])
    expect((await up()).applied).toEqual([A, B])
  })
})

describe('a lock that somebody holds', () => {
  const ALTER = { [B]: { up: 'insert into public.log values (1);\nalter table public.a add column x int;' } }

  test('is given up after the tries of the policy, names who holds it and leaves nothing', async () => {
    const { up, write, status } = project(TABLE)
    await up()
    write(ALTER)
    const blocker = await openTransaction(observer(), 'lock table public.a')
    // Who is in the way is looked for four times while it waits: long enough for a busy machine, too.
    const error = await errorOf(up({ lock: { ...QUICK, lockTimeoutMs: 1_000 } }))
    expect(error.code).toBe('LOCK_TIMEOUT')
    expect(error.facts.pids).toEqual([blocker.pid])
    expect(error.message).toContain('observer')
    await blocker.end()
    expect(await status()).toEqual(['a applied', 'b pending'])
    expect(await observer()`select from public.log`).toHaveLength(0)
  })

  test('is tried again until it is free, and the migration then runs once', async () => {
    const { up, write } = project(TABLE)
    await up()
    write(ALTER)
    const blocker = await openTransaction(observer(), 'lock table public.a')
    let released: Promise<void> | undefined
    const emit = (event: MigrateEvent) => {
      if (event.type === 'lock.waiting') released ??= blocker.end()
    }
    expect((await up({ lock: { ...QUICK, attempts: 50 }, emit })).applied).toEqual([B])
    await released
    expect(await observer()`select from public.log`).toHaveLength(1)
  })
})

test('Ctrl-C ends the waiting for another migrator, who is named', async () => {
  const { up } = project(TABLE)
  const session = await observer().reserve()
  await session`select pg_advisory_lock(${LOCK_CLASS}::int, ${LOCKS.migrate}::int)`
  const [holder] = await session<{ pid: number }[]>`select pg_backend_pid() as pid`
  const stop = new AbortController()
  const events: MigrateEvent[] = []
  const emit = (event: MigrateEvent) => {
    events.push(event)
    stop.abort()
  }
  expect((await errorOf(up({ emit, signal: stop.signal }))).code).toBe('INTERRUPTED')
  expect(events).toEqual([{ type: 'migrate.waiting', pid: holder!.pid }])
  await session`select pg_advisory_unlock_all()`
  session.release()
  expect((await up()).applied).toEqual([A])
})

test('Ctrl-C cancels the statement on the server and leaves nothing', async () => {
  const { up, status } = project({ [A]: { up: 'create table public.a (id int);\nselect pg_sleep(600);' } })
  const stop = new AbortController()
  const running = errorOf(up({ signal: stop.signal }))
  const sql = observer()
  await until(
    'the statement runs',
    async () => (await sql`select from pg_stat_activity where query like 'select pg_sleep%'`).length > 0,
  )
  stop.abort()
  expect((await running).code).toBe('INTERRUPTED')
  expect(await status()).toEqual(['a pending'])
})
