import { beforeEach, expect, test } from 'vitest'
import { type ReservedSql, type Sql, withDatabase } from '../../../src/db/index.ts'
import type { SeedEvent } from '../../../src/seed/index.ts'
import { testDatabase } from '../../support/index.ts'
import {
  BILLION_DDL,
  billionProfile,
  load,
  resumeLoad,
  structureOf,
  type TestLoadOptions,
} from '../../support/load.ts'

// What was taken away comes back beside sessions that have had locks for long: others must not queue behind it.

const target = testDatabase()
const ROWS = 5_000
const onDatabase = <T>(use: (sql: Sql) => Promise<T>) =>
  withDatabase(target, { doing: 'testing', max: 3 }, ({ sql }) => use(sql))
const run = (sql: string) => onDatabase((db) => db.unsafe(sql).simple())
const state = () =>
  onDatabase(async (sql) => [
    await structureOf(sql),
    await sql`select relname, relpersistence::text as logged from pg_class where relnamespace = 'public'::regnamespace order by 1`,
    await sql`select tgname, tgenabled::text as on from pg_trigger where not tgisinternal`,
  ])

beforeEach(() =>
  run(
    `drop schema if exists gigarow cascade; drop schema public cascade; create schema public; ${BILLION_DDL}
     create table orders (id bigint primary key, row_id bigint references billion_rows)`,
  ),
)

/** A load whose rows are there, and what it has taken away is not. */
async function stopped(options: TestLoadOptions): Promise<void> {
  const controller = new AbortController()
  const emit = (event: SeedEvent) => {
    if (event.type === 'phase.started' && event.phase === 'indexes') controller.abort()
  }
  await expect(
    load(target, billionProfile(ROWS), { ...options, signal: controller.signal, emit }),
  ).rejects.toMatchObject({ code: 'INTERRUPTED' })
}

async function besideLock(lock: string, use: (other: ReservedSql) => Promise<void>): Promise<void> {
  await onDatabase(async (sql) => {
    const other = await sql.reserve()
    await other`begin`
    await other.unsafe(lock)
    await use(other)
    await other`rollback`
    other.release()
  })
}

const TRIGGER = `create function note() returns trigger language plpgsql as 'begin return null; end';
  create trigger audit after insert on billion_rows for each row execute function note()`

const CASES: readonly [what: string, options: TestLoadOptions, lock: string, doing: string][] = [
  [
    'a foreign key of a table outside of the profile',
    { truncate: true },
    'lock table orders in row exclusive mode',
    'bringing back orders_row_id_fkey of "public"."orders"',
  ],
  [
    'a key',
    {},
    'lock table billion_rows in access share mode',
    'bringing back pk_id of "public"."billion_rows"',
  ],
  [
    'a trigger',
    { withoutTriggers: true, indexes: 'keep' },
    'lock table billion_rows in row exclusive mode',
    'bringing back trigger audit of "public"."billion_rows"',
  ],
  [
    'logging',
    { unlogged: true },
    'lock table billion_rows in access share mode',
    'logging "public"."billion_rows" again',
  ],
]

test.each(CASES)(
  '%s: gives up in time beside a lock, says whose, and --resume brings it back',
  async (_, options, lock, doing) => {
    await run(TRIGGER)
    const before = await state()
    await stopped(options)
    await besideLock(lock, async () => {
      await expect(
        resumeLoad(target, { lock: { lockTimeoutMs: 100, pauseMs: 20, attempts: 3 } }),
      ).rejects.toMatchObject({
        code: 'LOCK_TIMEOUT',
        message: expect.stringContaining(`in 3 tries while ${doing}`),
        hint: expect.stringContaining('gigarow seed --resume'),
        facts: { blockers: [expect.stringContaining(lock)] },
      })
    })
    await resumeLoad(target)
    expect(await state()).toEqual(before)
  },
)

test.each(CASES)('%s: comes back in a later try', async (_, options, lock) => {
  await run(TRIGGER)
  const before = await state()
  await stopped(options)
  await besideLock(lock, async (other) => {
    let gone: Promise<unknown> | undefined
    const waits: SeedEvent[] = []
    const emit = (event: SeedEvent) => {
      if (event.type !== 'lock.waiting') return
      waits.push(event)
      // Statements of the driver are sent when they are waited for.
      gone ??= other`rollback`.execute()
    }
    await resumeLoad(target, { lock: { lockTimeoutMs: 100, pauseMs: 20 }, emit })
    await gone
    expect(waits[0]).toMatchObject({ blockers: [{ query: lock }] })
  })
  expect(await state()).toEqual(before)
})
