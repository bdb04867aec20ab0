import { beforeEach, describe, expect, test } from 'vitest'
import { type Sql, withDatabase } from '../../../src/db/index.ts'
import { planLoad, readTables, type SeedEvent } from '../../../src/seed/index.ts'
import { findObstacles } from '../../../src/seed/obstacles.ts'
import { testDatabase } from '../../support/index.ts'
import {
  BILLION_DDL,
  billionProfile,
  load,
  resumeLoad,
  type TestLoadOptions,
  tableDigest,
} from '../../support/load.ts'

// What a load says before it begins: triggers, who is in the way, the disk, the time.

const target = testDatabase()
const ROWS = 10_000

const onDatabase = <T>(use: (sql: Sql) => Promise<T>) =>
  withDatabase(target, { doing: 'testing', max: 2 }, ({ sql }) => use(sql))
const run = (sql: string) => onDatabase((db) => db.unsafe(sql).simple())

beforeEach(() =>
  run(
    `drop schema if exists gigarow cascade; drop schema public cascade; create schema public; ${BILLION_DDL}`,
  ),
)

/** The load and what it has said. */
async function told(options: TestLoadOptions = {}, profile = billionProfile(ROWS)) {
  const events: SeedEvent[] = []
  const report = await load(target, profile, { ...options, emit: (event) => events.push(event) })
  const notices = events.flatMap((event) => (event.type === 'notice' ? [event.message] : []))
  const expected = events.find((event) => event.type === 'expected')
  return { report, notices, expected, order: events.map(({ type }) => type) }
}

describe('a trigger that fires for each row', () => {
  const AUDIT = `create table log (id bigint);
    create function note() returns trigger language plpgsql as 'begin insert into log values (new.id); return null; end';
    create trigger audit after insert on billion_rows for each row execute function note();
    create trigger quiet after insert on billion_rows for each row execute function note();
    alter table billion_rows disable trigger quiet`
  const states = () =>
    onDatabase(
      (sql) =>
        sql`select tgrelid::regclass::text as at, tgname as name, tgenabled::text as on from pg_trigger where not tgisinternal or tgparentid <> 0 order by 1, 2`,
    )
  const logged = async () => (await onDatabase((sql) => sql`select count(*)::int as n from log`))[0]!.n
  const stopped = (phase: string) => {
    const controller = new AbortController()
    const emit = (event: SeedEvent) => {
      if (event.type === 'phase.started' && event.phase === phase) controller.abort()
    }
    return expect(
      load(target, billionProfile(ROWS), { withoutTriggers: true, signal: controller.signal, emit }),
    ).rejects.toMatchObject({ code: 'INTERRUPTED' })
  }

  test('is named, with how often, and fires', async () => {
    await run(AUDIT)
    const { notices, expected } = await told()
    expect(notices).toEqual([
      'Trigger audit of billion_rows fires for each row, 10,000 times (public.note); --without-triggers has it off during the load.',
    ])
    expect(expected?.limits).toContain('trigger audit of billion_rows fires for each row')
    expect(await logged()).toBe(ROWS)
  })

  test('is off during the load where that is asked for, and afterwards as it was', async () => {
    await run(AUDIT.concat('; alter table billion_rows enable always trigger audit'))
    const before = await states()
    const { notices, expected } = await told({ withoutTriggers: true })
    expect(notices).toEqual([
      'Trigger audit of billion_rows is off during the load: public.note does not hear of its rows.',
    ])
    expect(expected?.limits.join()).not.toContain('trigger')
    expect(await logged()).toBe(0)
    expect(await states()).toEqual(before)
  })

  test('comes back on a table and its partitions, whatever of them was on', async () => {
    await run(`drop table billion_rows;
      create table billion_rows (id bigint not null, value text not null, created_at timestamp not null) partition by range (id);
      create table low partition of billion_rows for values from (1) to (5001);
      create table high partition of billion_rows for values from (5001) to (maxvalue);
      create table log (id bigint);
      create function note() returns trigger language plpgsql as 'begin insert into log values (new.id); return null; end';
      create trigger whole after insert on billion_rows for each row execute function note();
      create trigger part after insert on billion_rows for each row execute function note();
      alter table low disable trigger whole; alter table only billion_rows disable trigger part; alter table low disable trigger part;
      alter table high enable always trigger part`)
    const before = await states()
    const { notices } = await told({ withoutTriggers: true })
    expect(
      notices.filter((notice) => notice.startsWith('Trigger')).map((notice) => notice.split(' is')[0]),
    ).toEqual(['Trigger whole of billion_rows', 'Trigger part of high'])
    expect(await logged()).toBe(0)
    expect(await states()).toEqual(before)
    await told({ truncate: true })
    expect(await logged()).toBe(10_000)
  })

  test('of a load that stopped comes back with --resume; one that is dropped meanwhile stays away', async () => {
    await run(
      `${AUDIT}; create trigger gone before insert on billion_rows for each row execute function note()`,
    )
    await stopped('indexes')
    expect((await states()).map(({ on }) => on)).toEqual(['D', 'D', 'D'])
    await run('drop trigger gone on billion_rows')
    await resumeLoad(target)
    expect(await states()).toMatchObject([
      { name: 'audit', on: 'O' },
      { name: 'quiet', on: 'D' },
    ])
    expect(await logged()).toBe(0)
  })

  test.each(['detach partition', 'drop'])(
    'comes back everywhere else where a partition that had it off is gone meanwhile (%s)',
    async (how) => {
      await run(`drop table billion_rows;
        create table billion_rows (id bigint not null, value text not null, created_at timestamp not null) partition by range (id);
        create table low partition of billion_rows for values from (1) to (20001);
        create table high partition of billion_rows for values from (20001) to (maxvalue);
        create table log (id bigint);
        create function note() returns trigger language plpgsql as 'begin insert into log values (new.id); return null; end';
        create trigger whole after insert on billion_rows for each row execute function note();
        alter table high disable trigger whole`)
      await stopped('indexes')
      await run(how === 'drop' ? 'drop table high' : `alter table billion_rows ${how} high`)
      await resumeLoad(target)
      expect(await states()).toEqual([
        { at: 'billion_rows', name: 'whole', on: 'O' },
        { at: 'low', name: 'whole', on: 'O' },
      ])
    },
  )

  test('fires again in a load that takes the place of one that had it off', async () => {
    await run(AUDIT)
    const before = await states()
    await stopped('indexes')
    await load(target, billionProfile(ROWS), { truncate: true })
    expect(await logged()).toBe(ROWS)
    expect(await states()).toEqual(before)
  })
})

describe('who is in the way is named', () => {
  const obstacles = () =>
    withDatabase(target, { doing: 'looking', max: 1 }, async ({ sql }) =>
      findObstacles(sql, await readTables(sql, planLoad(billionProfile(ROWS), { jobs: 1 })), {
        longSeconds: 0,
      }),
    )
  const inTransaction = (statement: string, use: () => Promise<void>) =>
    withDatabase(target, { doing: 'holding', max: 1, applicationName: 'other' }, ({ sql }) =>
      sql.begin(async (tx) => {
        await tx.unsafe(statement)
        await use()
      }),
    )

  test('a session that has locks on a table, and one that only has a transaction open', async () => {
    expect(await obstacles()).toEqual([])
    await inTransaction('lock table billion_rows in row share mode', async () => {
      expect(await obstacles()).toEqual([
        expect.stringMatching(
          /^Session \d+ \(\w+, other, idle in transaction\) has had locks on billion_rows for [\d.]+ m?s: a load that has to wait for its end gives up after some seconds\.$/,
        ),
      ])
    })
    await inTransaction('create table unseen ()', async () => {
      expect(await obstacles()).toEqual([
        expect.stringMatching(
          /^Session \d+ .* has had a transaction open for [\d.]+ m?s: before its end VACUUM cannot freeze/,
        ),
      ])
    })
  })

  test('by the load itself, before it waits', async () => {
    const notices: string[] = []
    const emit = (event: SeedEvent) => {
      if (event.type === 'notice') notices.push(event.message)
    }
    // A lock that this load need not wait for.
    await run(
      'drop table billion_rows; create table billion_rows (id bigint, value text, created_at timestamp)',
    )
    await inTransaction('select from billion_rows', () =>
      load(target, billionProfile(ROWS), { emit }).then(() => {}),
    )
    expect(notices).toEqual([expect.stringContaining('has had locks on billion_rows')])
    expect(await onDatabase((sql) => tableDigest(sql, 'billion_rows'))).not.toBeNull()
  })
})

test('a disk that is not known is said to be, and the time and what holds the load up come before it', async () => {
  const { notices, expected, order } = await told({ space: null })
  expect(notices).toEqual([expect.stringMatching(/^The disk was not checked.*--disk-free/)])
  expect(expected).toMatchObject({ seconds: expect.any(Number), fromRun: undefined })
  expect(expected!.limits[0]).toMatch(/% of the time/)
  expect(order.indexOf('expected')).toBeLessThan(order.indexOf('run.started'))
})

test('the time is that of a load like it: whole ones and such that add rows are told apart', async () => {
  const whole = await load(target, billionProfile(ROWS))
  expect((await told({ append: {} })).expected).toMatchObject({ fromRun: undefined })
  const { expected } = await told({ truncate: true })
  expect(expected).toMatchObject({ fromRun: whole.run })
})

test('WAL of each row holds no load up whose tables are unlogged', async () => {
  const wal = 'the sql filler writes a WAL record for each row'
  expect((await told({ filler: 'sql' })).expected!.limits).toContain(wal)
  expect((await told({ filler: 'sql', truncate: true, unlogged: true })).expected!.limits).not.toContain(wal)
})
