import { describe, expect, test } from 'vitest'
import type { LockPolicy, Sql } from '../../../src/db/index.ts'
import type { MigrateEvent } from '../../../src/migrate/index.ts'
import { testDatabase } from '../../support/index.ts'
import { until } from '../../support/until.ts'
import { errorOf, migrationsOn } from './fixture.ts'

const { project, observer } = migrationsOn(testDatabase())

const A = '20250101000000_a'
const B = '20250102000000_b'
const QUICK: Partial<LockPolicy> = { attempts: 3, pauseMs: 5 }

/** A transaction of somebody else, open until its end. */
async function openTransaction(...statements: readonly string[]) {
  const session = await observer().reserve()
  await session.unsafe('begin')
  for (const statement of statements) await session.unsafe(statement)
  return {
    end: async () => {
      await session.unsafe('rollback')
      session.release()
    },
  }
}

/** What gigarow's session waits for now. */
async function waitFor(sql: Sql, kind: 'relation' | 'virtualxid'): Promise<void> {
  await until(`gigarow waits for a ${kind}`, async () => {
    const rows = await sql`
      select from pg_locks join pg_stat_activity a using (pid)
       where not granted and locktype = ${kind} and a.datname = current_database() and application_name = 'gigarow'`
    return rows.length > 0
  })
}

const names = async (sql: Sql) => (await sql`select name from public.log order by name`).map((r) => r.name)
const log = (name: string) => `insert into public.log values ('${name}')`
const TABLES = 'create table public.log (name text); create table public.t (id int);'

describe('statements beside one that runs alone', () => {
  const script = (last: string) =>
    [
      log('a'),
      log('b'),
      'create index concurrently t_id on public.t (id)',
      'alter index public.t_id rename to t_old',
      'alter table public.t add column x int',
      last,
    ].join(';\n')

  test('share a transaction: of those with one that fails nothing stays, and the run goes on with all of them', async () => {
    const { up, write } = project({ [A]: { up: TABLES } })
    await up()
    write({ [B]: { up: script('insert into public.nope values (1)') } })
    const error = await errorOf(up())
    expect(error.message).toContain('Its transaction was rolled back. What was done before statement 4 stays')
    const sql = observer()
    expect(await names(sql)).toEqual(['a', 'b'])
    const [left] = await sql`select to_regclass('public.t_id') is not null as there,
      (select count(*)::int from pg_attribute where attrelid = 'public.t'::regclass and attname = 'x') as columns`
    expect(left).toEqual({ there: true, columns: 0 })
    expect((await sql`select step from gigarow.migration_step order by step`).map((r) => r.step)).toEqual([
      1, 2, 3,
    ])
    write({ [B]: { up: script(log('c')) } })
    const steps: number[] = []
    await up({ emit: (event) => event.type === 'migrate.step' && steps.push(event.step) })
    expect(steps).toEqual([4, 5, 6])
    expect(await names(sql)).toEqual(['a', 'b', 'c'])
  })

  test('VALIDATE runs when the lock of ADD is gone, also in a file that could be one transaction', async () => {
    const { up, write, status } = project({ [A]: { up: `${TABLES} insert into public.t values (-1);` } })
    await up()
    const check = 'alter table public.t add constraint positive check (id > 0)'
    write({
      [B]: { up: `${log('a')};\n${check} not valid;\nalter table public.t validate constraint positive;` },
    })
    expect((await errorOf(up())).facts).toMatchObject({ sqlstate: '23514', line: 3 })
    expect(await status()).toEqual(['a applied', 'b partial'])
    const sql = observer()
    expect(await names(sql)).toEqual(['a'])
    // A row that the new rule refuses: what ADD did is there for everybody.
    await expect(sql.unsafe('insert into public.t values (-2)')).rejects.toThrow(/positive/)
    await sql.unsafe('delete from public.t where id < 0')
    expect((await up()).applied).toEqual([B])
    expect(await names(sql)).toEqual(['a'])
  })

  test('a mark ends a transaction, and one that is misspelt stops everything before it begins', async () => {
    const { up, write } = project({ [A]: { up: TABLES } })
    await up()
    const file = (mark: string) => `${log('a')};\n${mark}\n${log('b')};\nselect 1/0;`
    write({ [B]: { up: file('-- gigarow: new transacton') } })
    expect(await errorOf(up())).toMatchObject({
      code: 'MIGRATION_INVALID',
      message: expect.stringContaining(`migrations/${B}/migration.sql:2: `),
    })
    write({ [B]: { up: file('-- gigarow: new transaction') } })
    expect((await errorOf(up())).code).toBe('MIGRATION_FAILED')
    expect(await names(observer())).toEqual(['a'])
  })
})

describe('a file with BEGIN and COMMIT', () => {
  test('runs as psql would run it: together between them, each statement by itself outside', async () => {
    const { up, write } = project({ [A]: { up: TABLES } })
    await up()
    const file = (last: string) =>
      `${log('a')};\nbegin;\n${log('b')};\n${log('c')};\ncommit;\nvacuum public.t;\nbegin;\n${log('d')};\n${last};\ncommit;`
    write({ [B]: { up: file('select 1/0') } })
    expect((await errorOf(up())).facts).toMatchObject({ line: 9 })
    const sql = observer()
    expect(await names(sql)).toEqual(['a', 'b', 'c'])
    write({ [B]: { up: file(log('e')) } })
    await up()
    expect(await names(sql)).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  test.each([
    ['begin; select 1;', /:1 begins a transaction that nothing ends/],
    ['begin;\nvacuum;\ncommit;', /:2 runs only outside of a transaction/],
    ['begin; select 1;\nsavepoint s; commit;', /:2 begins or ends a transaction/],
    ['begin isolation level serializable; select 1; commit;', /:1 begins or ends a transaction/],
  ])('%s is refused before anything runs', async (up, said) => {
    const error = await errorOf(project({ [A]: { up } }).up())
    expect(error).toMatchObject({ code: 'MIGRATION_INVALID', message: expect.stringMatching(said) })
  })
})

describe('waiting for locks', () => {
  test('the waits of a transaction count together: each by itself is shorter than the limit', async () => {
    const tables = ['p', 'q', 'r', 's', 'u', 'v'] as const
    const { up, write } = project({
      [A]: { up: tables.map((name) => `create table public.${name} (id int);`).join('\n') },
    })
    await up()
    const lockTimeoutMs = 1_000
    write({ [B]: { up: tables.map((name) => `alter table public.${name} add x int;`).join('\n') } })
    const blockers = await Promise.all(tables.map((name) => openTransaction(`lock table public.${name}`)))
    const sql = observer()
    let gaveUp = 0
    const emit = (event: MigrateEvent) => {
      if (event.type === 'lock.waiting') gaveUp++
    }
    const running = up({ lock: { ...QUICK, lockTimeoutMs, attempts: 100 }, emit })
    // Each lets go when a large part of the limit was waited for it: with one limit a lock none would give up.
    for (const [i, blocker] of blockers.entries()) {
      await until(`${tables[i]} was waited for, or it was given up`, async () => {
        const [row] = await sql<{ ms: number }[]>`
          select extract(epoch from clock_timestamp() - waitstart)::float8 * 1000 as ms from pg_locks
           where not granted and relation = ${`public.${tables[i]}`}::regclass`
        return gaveUp > 0 || (row?.ms ?? 0) > lockTimeoutMs * 0.45
      })
      await blocker.end()
    }
    expect((await running).applied).toEqual([B])
    expect(gaveUp).toBe(1)
  })

  test('what runs outside of a transaction and keeps readers out gives up, too', async () => {
    const { up, write } = project({ [A]: { up: TABLES } })
    await up()
    write({ [B]: { up: 'vacuum full public.t;' } })
    const blocker = await openTransaction('select from public.t')
    const error = await errorOf(up({ lock: { ...QUICK, lockTimeoutMs: 100 } }))
    await blocker.end()
    expect(error.code).toBe('LOCK_TIMEOUT')
    expect((await up()).applied).toEqual([B])
  })

  test('a CONCURRENTLY waits as long as it takes, whatever the file has SET', async () => {
    const { up, write } = project({ [A]: { up: TABLES } })
    await up()
    write({ [B]: { up: "set lock_timeout = '10ms';\ncreate index concurrently t_id on public.t (id);" } })
    const blocker = await openTransaction('insert into public.t values (1)')
    const running = up({ lock: { ...QUICK, lockTimeoutMs: 10 } })
    await waitFor(observer(), 'virtualxid')
    const sql = observer()
    await until('it has waited for longer than the limit', async () => {
      const [row] = await sql<{ long: boolean }[]>`
        select coalesce(bool_or(clock_timestamp() - waitstart > interval '200 ms'), false) as long
          from pg_locks where not granted and locktype = 'virtualxid'`
      return row!.long
    })
    await blocker.end()
    expect((await running).applied).toEqual([B])
  })
})

describe('DETACH … CONCURRENTLY', () => {
  const PARTS = `create table public.p (id int) partition by range (id);
    create table public.p1 partition of public.p for values from (0) to (10);
    create table public.p2 partition of public.p for values from (10) to (20);`
  const DETACH = { [B]: { up: 'alter table public.p detach partition public.p1 concurrently;' } }
  const isLeaf = async (sql: Sql) =>
    (await sql`select from pg_inherits where inhrelid = 'public.p1'::regclass`).length > 0

  test('waits for old readers of the parent for longer than any lock, and blocks nobody', async () => {
    const { up, write } = project({ [A]: { up: PARTS } })
    await up()
    write(DETACH)
    const sql = observer()
    const reader = await openTransaction('select from public.p')
    const running = up({ lock: { ...QUICK, lockTimeoutMs: 10 } })
    await waitFor(sql, 'virtualxid')
    await sql.unsafe("set lock_timeout = '1s'; insert into public.p values (15); select from public.p")
    await reader.end()
    expect((await running).applied).toEqual([B])
    expect(await isLeaf(sql)).toBe(false)
  })

  test('interrupted, it is finished by the next run', async () => {
    const { up, write, status } = project({ [A]: { up: PARTS } })
    await up()
    write(DETACH)
    const sql = observer()
    const reader = await openTransaction('select from public.p')
    const running = errorOf(up())
    await waitFor(sql, 'virtualxid')
    await sql`select pg_terminate_backend(pid) from pg_locks where not granted and locktype = 'virtualxid'`
    expect((await running).code).toBe('DB_CONNECTION_LOST')
    expect(await status()).toEqual(['a applied', 'b partial'])
    const [row] =
      await sql`select inhdetachpending as pending from pg_inherits where inhrelid = 'public.p1'::regclass`
    expect(row).toEqual({ pending: true })
    await reader.end()
    const events: MigrateEvent[] = []
    expect((await up({ emit: (event) => events.push(event) })).applied).toEqual([B])
    expect(events).toContainEqual(
      expect.objectContaining({
        type: 'migrate.recovered',
        what: expect.stringContaining('finished detaching'),
      }),
    )
    expect(await isLeaf(sql)).toBe(false)
  })

  test('does not keep readers of the partition itself waiting behind its last lock', async () => {
    const { up, write } = project({ [A]: { up: PARTS } })
    await up()
    write(DETACH)
    const sql = observer()
    // Holds the partition, not its parent: what the detach wants last.
    const reader = await openTransaction('select from public.p1')
    let released: Promise<void> | undefined
    const emit = (event: MigrateEvent) => {
      if (event.type === 'lock.waiting') released ??= reader.end()
    }
    expect((await up({ lock: { ...QUICK, lockTimeoutMs: 100, attempts: 50 }, emit })).applied).toEqual([B])
    expect(released).toBeDefined()
    await released
    expect(await isLeaf(sql)).toBe(false)
  })
})
