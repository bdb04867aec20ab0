import { beforeEach, describe, expect, test } from 'vitest'
import { type Database, type ReservedSql, type Sql, withDatabase } from '../../../src/db/index.ts'
import type { SeedEvent } from '../../../src/seed/index.ts'
import { lockSequence, positionOf, raiseSequence, sequenceRights } from '../../../src/seed/sequences.ts'
import { testDatabase } from '../../support/index.ts'
import { BILLION_DDL, billionProfile, load, structureOf, type TestLoadOptions } from '../../support/load.ts'
import { until } from '../../support/until.ts'

// An application inserts while rows are added.

const target = testDatabase()
const onDatabase = <T>(use: (db: Database) => Promise<T>) =>
  withDatabase(target, { doing: 'testing', max: 3 }, use)
const onSql = <T>(use: (sql: Sql) => Promise<T>) => onDatabase(({ sql }) => use(sql))
const run = (sql: string) => onSql((db) => db.unsafe(sql).simple())
const ids = async () =>
  (await onSql((sql) => sql`select id::int from billion_rows where value = 'mine'`)).map(({ id }) => id)
const sequence = 'public.billion_rows_id_seq'
const position = () => onSql((sql) => positionOf(sql, sequence))
/** All that a load that is refused must leave as it is. */
const state = () =>
  onSql(async (sql) => [
    await structureOf(sql),
    await sql`select state from gigarow.seed_run order by id`,
    (await sql`select count(*)::int as rows from billion_rows where value <> 'mine'`)[0]!.rows,
  ])

beforeEach(() =>
  run(
    `drop schema if exists gigarow cascade; drop schema public cascade; create schema public; ${BILLION_DDL}`,
  ),
)

const INSERT = `insert into billion_rows (value, created_at) values ('mine', now())`

/** Adds 500 rows to 5,000; a session that has been writing to the table all the time does something between the checks and the lock. */
async function whileItPrepares(
  does: (application: ReservedSql) => Promise<unknown>,
  options: TestLoadOptions = {},
): Promise<unknown> {
  return onSql(async (sql) => {
    const application = await sql.reserve()
    await application`begin`
    await application`lock table billion_rows in row exclusive mode`
    let done: Promise<unknown> | undefined
    const emit = (event: SeedEvent) => {
      if (event.type === 'phase.started' && event.phase === 'prepare') done = does(application)
    }
    const refused = await load(target, billionProfile(500), { append: {}, ...options, emit }).catch(
      (error: unknown) => error,
    )
    await done
    application.release()
    return refused
  })
}

describe.each(['keep', 'drop'] as const)(
  'a row that the application inserts meanwhile (indexes: %s)',
  (indexes) => {
    beforeEach(() => load(target, billionProfile(5_000)))

    test('has the load refused where it has a number of the new ones, and nothing is changed', async () => {
      const before = await state()
      const refused = await whileItPrepares(
        async (application) => {
          await application.unsafe(INSERT)
          await application`commit`
        },
        { indexes },
      )
      expect(refused).toMatchObject({
        code: 'SEED_APPEND_UNKNOWN',
        message: expect.stringContaining('would have the numbers 5,001 to 5,500, and 5,001 is there'),
      })
      expect(await state()).toEqual(before)
      await load(target, billionProfile(500), { append: { fromRow: 5_002 }, indexes })
      await run(INSERT)
      expect(await ids()).toEqual([5_001, 5_502])
    })

    test('and takes back, or only gets its number, has it refused as well: the number may still be used', async () => {
      const before = await state()
      const refused = await whileItPrepares(
        async (application) => {
          await application.unsafe(INSERT)
          await application`rollback`
        },
        { indexes },
      )
      expect(refused).toMatchObject({
        code: 'SEED_APPEND_UNKNOWN',
        message: expect.stringContaining('has handed out numbers up to 5,001'),
        hint: expect.stringContaining('--append --from-row 5002'),
      })
      expect(await state()).toEqual(before)
      // At once, when the load begins after it.
      await expect(load(target, billionProfile(500), { append: {}, indexes })).rejects.toMatchObject({
        code: 'SEED_APPEND_UNKNOWN',
      })
    })
  },
)

test('an application that has read the table goes on writing to it while the load waits for its lock', async () => {
  await load(target, billionProfile(5_000))
  await onSql(async (sql) => {
    const application = await sql.reserve()
    await application`begin`
    await application`select from billion_rows limit 1`
    const adding = load(target, billionProfile(500), { append: {}, indexes: 'drop' })
    await until('the load waits', async () => {
      const [waiting] =
        await sql`select from pg_locks where not granted and relation = 'billion_rows'::regclass`
      return waiting !== undefined
    })
    await application`update billion_rows set value = 'theirs' where id = 1`
    await application`commit`
    application.release()
    // It compares its rows with the ones that it knows.
    await expect(adding).resolves.toMatchObject({ rows: 500 })
  })
})

test('numbers that a program counts on to by itself are not given away', async () => {
  await load(target, billionProfile(5_000))
  await run(`alter sequence ${sequence} increment by 50; select nextval('${sequence}')`)
  await expect(load(target, billionProfile(500), { append: {} })).rejects.toMatchObject({
    code: 'SEED_APPEND_UNKNOWN',
    hint: expect.stringContaining('--append --from-row 5100'),
  })
})

test('numbers are reserved together with all else, or not at all', async () => {
  await load(target, billionProfile(5_000))
  await run(`alter sequence ${sequence} maxvalue 5100`)
  const before = await state()
  await expect(load(target, billionProfile(500), { append: {}, indexes: 'drop' })).rejects.toMatchObject({
    code: 'DB_ERROR',
    facts: { sqlstate: '22003' },
  })
  expect(await state()).toEqual(before)
  expect(await position()).toBe(5_000)
  await run(`alter sequence ${sequence} no maxvalue`)
  await load(target, billionProfile(500), { append: {} })
  expect(await position()).toBe(5_500)
})

test('without a sequence, a number that is inserted meanwhile is seen', async () => {
  await run('alter table billion_rows alter id drop default; drop sequence billion_rows_id_seq')
  await load(target, billionProfile(5_000))
  const before = await state()
  const refused = await whileItPrepares(async (application) => {
    await application`insert into billion_rows values (5200, 'mine', now())`
    await application`commit`
  })
  expect(refused).toMatchObject({ code: 'SEED_APPEND_UNKNOWN', facts: { first: 5_001, taken: 5_200 } })
  expect(await state()).toEqual(before)
})

test.each([
  [{ append: {} }, 'SEED_APPEND_UNKNOWN'],
  [{ append: undefined as never }, 'TABLE_NOT_EMPTY'],
])('an empty table that gets a row before it is locked keeps its indexes: %o', async (options, code) => {
  await load(target, billionProfile(10))
  await run('truncate billion_rows')
  const before = await state()
  const refused = await whileItPrepares(async (application) => {
    await application`insert into billion_rows values (1000000, 'mine', now())`
    await application`commit`
  }, options)
  expect(refused).toMatchObject({ code })
  expect(await state()).toEqual(before)
})

describe('a sequence', () => {
  test('never goes backwards, in no load', async () => {
    await run(`select setval('${sequence}', 70000)`)
    await load(target, billionProfile(500))
    expect(await position()).toBe(70_000)
    await load(target, billionProfile(500), { append: { fromRow: 501 } })
    expect(await position()).toBe(70_000)
  })

  test.each(['serial', 'bigint generated always as identity', 'integer generated by default as identity'])(
    'that is locked for a transaction hands out nothing meanwhile, and is as it was when that is rolled back (%s)',
    async (type) => {
      await run(`create table t (id ${type})`)
      await onSql(async (sql) => {
        const name = 'public.t_id_seq'
        const [session, other] = [await sql.reserve(), await sql.reserve()]
        const set = async (end: string) => {
          await session`begin`
          await lockSequence(session, name, await sequenceRights(session, name))
          await raiseSequence(session, name, '100')
          await raiseSequence(session, name, '50')
          expect(await positionOf(session, name)).toBe(100)
          await expect(other`select nextval(${name})`).rejects.toMatchObject({ code: '55P03' })
          await session.unsafe(end)
        }
        await other`set lock_timeout = 20`
        await set('rollback')
        expect(await positionOf(other, name)).toBe(0)
        await set('commit')
        const [next] = await other`select nextval(${name})::int as number`
        expect(next!.number).toBe(101)
        session.release()
        other.release()
      })
    },
  )
})
