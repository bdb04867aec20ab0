import { beforeEach, describe, expect, test } from 'vitest'
import { type Sql, withDatabase } from '../../../src/db/index.ts'
import type { Profile, SeedEvent } from '../../../src/seed/index.ts'
import { testDatabase } from '../../support/index.ts'
import {
  BILLION_DDL,
  billionProfile,
  load,
  resumeLoad,
  structureOf,
  tableDigest,
} from '../../support/load.ts'
import { until } from '../../support/until.ts'

const target = testDatabase()
const ROWS = 10_000

const onDatabase = <T>(use: (sql: Sql) => Promise<T>) =>
  withDatabase(target, { doing: 'testing', max: 3 }, ({ sql }) => use(sql))
const run = (sql: string) => onDatabase((db) => db.unsafe(sql).simple())
const structure = () => onDatabase((sql) => structureOf(sql))
const digest = () => onDatabase((sql) => tableDigest(sql, 'billion_rows'))

beforeEach(() =>
  run(
    `drop schema if exists gigarow cascade; drop schema public cascade; create schema public; ${BILLION_DDL}`,
  ),
)

/** Stops a load when `when` says so. */
function stopWhen(when: (event: SeedEvent) => boolean) {
  const controller = new AbortController()
  return {
    signal: controller.signal,
    emit: (event: SeedEvent) => {
      if (when(event)) controller.abort()
    },
  }
}
const afterRows = (rows: number) =>
  stopWhen((e) => e.type === 'phase.progress' && e.phase === 'load' && e.done >= rows)
const atPhase = (phase: string) => stopWhen((e) => e.type === 'phase.started' && e.phase === phase)
const INTERRUPTED = { code: 'INTERRUPTED' }

describe('a load refuses, and changes nothing', () => {
  const refuses = async (code: string, options: Parameters<typeof load>[2] = {}) => {
    const before = [await structure(), await digest()]
    await expect(load(target, billionProfile(ROWS), options)).rejects.toMatchObject({ code })
    expect([await structure(), await digest()]).toEqual(before)
  }

  test.each(['id type integer', 'value type varchar(20)', 'created_at type timestamptz'])(
    'a column of another type than the declared one: %s',
    async (change) => {
      await run(`alter table billion_rows alter column ${change}`)
      await refuses('SEED_MISFIT')
    },
  )

  test('to empty a table that rows of a table outside of the profile point at', async () => {
    await run(`insert into billion_rows values (7, 'x', now());
      create table orders (row_id bigint references billion_rows); insert into orders values (7)`)
    await refuses('SEED_REFERENCED', { truncate: true })
  })
})

describe('--truncate', () => {
  test('works where an empty table points at the loaded one', async () => {
    await run('create table orders (row_id bigint references billion_rows)')
    const before = await structure()
    await expect(load(target, billionProfile(ROWS), afterRows(5000))).rejects.toMatchObject(INTERRUPTED)
    await load(target, billionProfile(ROWS), { truncate: true })
    await load(target, billionProfile(ROWS), { truncate: true })
    expect(await structure()).toEqual(before)
  })

  test('takes over from a stopped load what that had taken away, also from tables that are not its own', async () => {
    await run(`create table orders (id bigint primary key, row_id bigint references billion_rows);
      alter table billion_rows set (autovacuum_enabled = true)`)
    const before = await structure()
    const both: Profile = {
      ...billionProfile(ROWS),
      tables: [
        {
          table: { schema: 'public', name: 'orders' },
          rows: 2000,
          columns: [
            { name: 'id', type: 'bigint', generator: { kind: 'sequence' } },
            { name: 'row_id', type: 'bigint', generator: { kind: 'int', min: 1, max: 2000 } },
          ],
        },
        ...billionProfile(ROWS).tables,
      ],
    }
    await expect(load(target, both, atPhase('indexes'))).rejects.toMatchObject(INTERRUPTED)
    await load(target, billionProfile(ROWS), { truncate: true })
    expect(await structure()).toEqual(before)
    const states = await onDatabase((sql) => sql`select state from gigarow.seed_run order by id`)
    expect(states.map((r) => r.state)).toEqual(['abandoned', 'done'])
  })
})

describe('an index that was made by hand while the load stood still', () => {
  const stopped = () =>
    expect(load(target, billionProfile(ROWS), atPhase('indexes'))).rejects.toMatchObject(INTERRUPTED)

  test('is taken as it is when it reads as before', async () => {
    const before = await structure()
    await stopped()
    await run(
      'create index idx_value on billion_rows (value); alter table billion_rows add constraint pk_id primary key (id)',
    )
    await resumeLoad(target)
    expect(await structure()).toEqual(before)
  })

  test('stops the load with what to do when it is another one, and the rest comes back', async () => {
    const before = await structure()
    await stopped()
    await run('create index idx_value on billion_rows (id)')
    await expect(resumeLoad(target)).rejects.toMatchObject({
      code: 'SEED_REBUILD_DIFFERS',
      hint: expect.stringContaining('drop it'),
    })
    await run('drop index idx_value')
    await resumeLoad(target)
    expect(await structure()).toEqual(before)
  })
})

test('rows that break a key keep away that key only', async () => {
  await run(`create unique index broken on billion_rows ((case when id in (1500, 1501) then 0 else id end));
    create table orders (row_id bigint references billion_rows)`)
  const before = (await structure()) as { definition: string }[]
  await expect(load(target, billionProfile(ROWS))).rejects.toMatchObject({
    code: 'SEED_BREAKS_CONSTRAINT',
    facts: { constraint: 'broken' },
  })
  expect(await structure()).toEqual(before.filter(({ definition }) => !definition.includes('broken')))
})

describe('a signal', () => {
  // Both wait for a lock that nobody gives back: only a cancelled statement ends.
  test.each([
    ['load', 'share'],
    ['indexes', 'row exclusive'],
  ] as const)('ends the phase %s, which waits for somebody else’s lock', async (phase, mode) => {
    await onDatabase(async (sql) => {
      const controller = new AbortController()
      const blocker = await sql.reserve()
      await blocker`begin`
      let locked: Promise<unknown> | undefined
      const emit = (event: SeedEvent) => {
        if (event.type === 'phase.started' && event.phase === phase)
          locked = blocker.unsafe(`lock table billion_rows in ${mode} mode`).then(async () => {
            await until('it waits', async () => {
              const [row] = await sql`select exists (select from pg_locks where not granted) as waits`
              return row!.waits
            })
            controller.abort()
          })
      }
      await expect(
        load(target, billionProfile(200_000), { chunkRows: 200, emit, signal: controller.signal }),
      ).rejects.toMatchObject(INTERRUPTED)
      await locked
      await blocker`rollback`
      blocker.release()
    })
  })
})

test('rows of an unlogged table that a crash has emptied are loaded again', async () => {
  await run('alter table billion_rows set unlogged')
  await load(target, billionProfile(ROWS))
  const whole = await digest()
  await expect(
    load(target, billionProfile(ROWS), { truncate: true, chunkRows: 500, ...afterRows(5000) }),
  ).rejects.toMatchObject(INTERRUPTED)
  await run('truncate billion_rows')
  const events: SeedEvent[] = []
  await resumeLoad(target, { emit: (event) => events.push(event) })
  expect(events).toContainEqual({ type: 'notice', message: expect.stringContaining('unlogged') })
  expect(await digest()).toBe(whole)
})

describe('a role', () => {
  const as = { ...target, user: 'seed_hazards', password: 'x' }
  const withRole = async (grants: string, use: () => Promise<void>) => {
    const name = as.user
    await run(`drop role if exists ${name}; create role ${name} login password 'x';
      grant create on database "${target.database}" to ${name}; grant all on schema public to ${name}; ${grants}`)
    try {
      await use()
    } finally {
      await run(`drop owned by ${name} cascade; drop role ${name}`)
    }
  }

  test('that owns the table, but not one that points at it, loads without taking that foreign key away', async () => {
    await run('create table orders (row_id bigint references billion_rows)')
    await withRole('alter table billion_rows owner to seed_hazards', async () => {
      const before = await structure()
      const notices: string[] = []
      const emit = (event: SeedEvent) => {
        if (event.type === 'notice') notices.push(event.message)
      }
      await load(as, billionProfile(ROWS), { emit })
      expect(await structure()).toEqual(before)
      expect(notices).toEqual([expect.stringContaining('orders'), expect.stringContaining('pk_id')])
    })
  })

  test('whose statements are limited in time, and whose transactions are serializable, loads all the same', async () => {
    const settings = `alter table billion_rows owner to seed_hazards; alter role seed_hazards set statement_timeout = 1;
      alter role seed_hazards set default_transaction_isolation = 'serializable';
      alter role seed_hazards set timezone = 'America/New_York'; alter role seed_hazards set datestyle = 'German'`
    await withRole(settings, async () => {
      for (const filler of ['copy', 'sql'] as const)
        await load(as, billionProfile(ROWS), { filler, chunkRows: 1000, truncate: filler === 'sql' })
    })
  })
})
