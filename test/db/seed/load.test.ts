import { beforeEach, describe, expect, test } from 'vitest'
import { type Sql, withDatabase } from '../../../src/db/index.ts'
import { checkLoad, planLoad, type SeedEvent } from '../../../src/seed/index.ts'
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
const ROWS = 40_000

const onDatabase = <T>(use: (sql: Sql) => Promise<T>) =>
  withDatabase(target, { doing: 'testing', max: 2 }, ({ sql }) => use(sql))

beforeEach(() =>
  onDatabase(async (sql) => {
    await sql
      .unsafe('drop schema if exists gigarow cascade; drop schema public cascade; create schema public')
      .simple()
    await sql.unsafe(BILLION_DDL).simple()
  }),
)

const structure = (sql: Sql) => structureOf(sql)

describe('a load', () => {
  test('leaves the same rows whichever filler made them, and says so with the same checksum', async () => {
    const copy = await load(target, billionProfile(ROWS), { filler: 'copy' })
    const digestOfCopy = await onDatabase((sql) => tableDigest(sql, 'billion_rows'))
    const sql = await load(target, billionProfile(ROWS), { filler: 'sql', truncate: true })
    expect(await onDatabase((db) => tableDigest(db, 'billion_rows'))).toBe(digestOfCopy)
    expect(sql.tables[0]!.checksum).toBe(copy.tables[0]!.checksum)
    expect(copy.tables[0]).toMatchObject({ table: 'billion_rows', rows: ROWS })
    expect(copy.phases.map((p) => p.name)).toEqual(['prepare', 'load', 'indexes', 'vacuum', 'verify'])
  })

  test('brings back keys, indexes, foreign keys, comments and options exactly as they were', async () => {
    await onDatabase((sql) =>
      sql
        .unsafe(`
        alter table billion_rows set (fillfactor = 90, autovacuum_enabled = true);
        alter table billion_rows add constraint unique_pair unique (id, value) deferrable initially deferred;
        create unique index partial_odd on billion_rows (value desc) include (created_at) with (fillfactor = 70) where id % 2 = 1;
        create index expression on billion_rows (upper(value), (id + 1));
        comment on index idx_value is 'it''s found; by value';
        comment on constraint pk_id on billion_rows is 'the key';
        alter table billion_rows replica identity using index pk_id;
        alter table billion_rows cluster on idx_value;
        create table "odd ""child"";" (parent bigint references billion_rows (id) on delete cascade);
      `)
        .simple(),
    )
    const before = await onDatabase(structure)
    await load(target, billionProfile(ROWS))
    expect(await onDatabase(structure)).toEqual(before)
  })

  test('verifies rows whose numbers begin elsewhere', async () => {
    const profile = billionProfile(ROWS)
    const [table] = profile.tables
    const [id, ...others] = table!.columns
    const columns = [{ ...id!, generator: { kind: 'sequence', start: -7_000 } }, ...others]
    await load(target, { ...profile, tables: [{ ...table!, columns }] })
    const [found] = await onDatabase((sql) => sql`select min(id)::int, max(id)::int from billion_rows`)
    expect(found).toEqual({ min: -7_000, max: ROWS - 7_001 })
  })

  test('lets the application’s next row follow the last one', async () => {
    await load(target, billionProfile(ROWS))
    const [row] = await onDatabase(
      (sql) => sql`insert into billion_rows (value, created_at) values ('x', now()) returning id::int`,
    )
    expect(row!.id).toBe(ROWS + 1)
  })

  test('keeps an index that something else depends on, and says so', async () => {
    await onDatabase((sql) =>
      sql.unsafe('create view grouped as select id, value from billion_rows group by id'),
    )
    const events: SeedEvent[] = []
    await load(target, billionProfile(ROWS), { emit: (event) => events.push(event) })
    expect(events.filter((e) => e.type === 'notice')).toEqual([
      { type: 'notice', message: expect.stringContaining('pk_id') },
    ])
  })

  test('fills a partitioned table through its parent, and rebuilds parent and leaf indexes', async () => {
    await onDatabase((sql) =>
      sql
        .unsafe(`
        drop table billion_rows;
        create table billion_rows (id bigint not null, value text not null, created_at timestamp not null, primary key (id, created_at)) partition by range (created_at);
        create table early partition of billion_rows for values from (minvalue) to ('2025-07-01');
        create table late partition of billion_rows for values from ('2025-07-01') to (maxvalue);
        create index on billion_rows (value);
        create index leaf_only on late (created_at);
      `)
        .simple(),
    )
    const before = await onDatabase(structure)
    for (const filler of ['copy', 'sql'] as const) {
      const report = await load(target, billionProfile(ROWS), { filler, truncate: filler === 'sql' })
      expect(report.tables[0]!.rows).toBe(ROWS)
    }
    expect(await onDatabase(structure)).toEqual(before)
  })
})

describe('a load refuses, and changes nothing', () => {
  const refuses = async (code: string, work: () => Promise<unknown>) => {
    const state = () =>
      onDatabase(async (sql) => [await structure(sql), await tableDigest(sql, 'billion_rows')])
    const before = await state()
    await expect(work()).rejects.toMatchObject({ code })
    expect(await state()).toEqual(before)
  }

  test('a table that holds rows', async () => {
    await onDatabase((sql) => sql.unsafe(`insert into billion_rows values (7, 'mine', now())`))
    await refuses('TABLE_NOT_EMPTY', () => load(target, billionProfile(ROWS)))
  })

  test('columns that the table does not have, and required ones that the profile leaves out', async () => {
    await onDatabase((sql) => sql.unsafe('alter table billion_rows rename value to renamed'))
    await refuses('SEED_MISFIT', () => load(target, billionProfile(ROWS)))
  })

  /** As before a tuning profile is put in force. */
  const check = (options: { truncate: boolean }) =>
    withDatabase(target, { doing: 'testing', max: 2 }, (db) =>
      checkLoad(db, planLoad(billionProfile(ROWS), { jobs: 2 }), options),
    )

  test('a second load while one is running, naming it, its session and its start', async () => {
    await withDatabase(target, { doing: 'testing', max: 2 }, async ({ sql, withSession }) => {
      await sql
        .unsafe(`
        create function hold() returns trigger language plpgsql as 'begin perform pg_advisory_xact_lock(7); return new; end';
        create trigger hold before insert on billion_rows for each row when (new.id = 1) execute function hold();
      `)
        .simple()
      let first: Promise<unknown> | undefined
      await withSession(async (session) => {
        await session`select pg_advisory_lock(7)`
        first = load(target, billionProfile(ROWS))
        const held = () =>
          sql`select from pg_stat_activity where application_name ~ '^gigarow seed [0-9]+$' and wait_event = 'advisory'`
        await until('the first load is held', async () => (await held()).length > 0)
        const [run] = await sql`select id::int, started_at::text as since from gigarow.seed_run`
        await expect(load(target, billionProfile(ROWS))).rejects.toMatchObject({
          code: 'SEED_BUSY',
          message: expect.stringContaining(`run ${run!.id} of profile billion (session `),
          facts: { pid: expect.any(Number), run: run!.id, since: run!.since },
        })
        for (const truncate of [false, true])
          await expect(check({ truncate })).rejects.toMatchObject({ code: 'SEED_BUSY' })
      })
      await first
      await expect(check({ truncate: false })).rejects.toMatchObject({ code: 'TABLE_NOT_EMPTY' })
    })
  })
})

describe('a load that stops', () => {
  const stopAt = (rows: number) => {
    const controller = new AbortController()
    const emit = (event: SeedEvent) => {
      if (event.type === 'phase.progress' && event.phase === 'load' && event.done >= rows) controller.abort()
    }
    return { signal: controller.signal, emit }
  }

  test.each(['copy', 'sql'] as const)(
    'by a signal goes on where it was, exactly once (%s)',
    async (filler) => {
      await load(target, billionProfile(ROWS))
      const whole = await onDatabase((sql) => tableDigest(sql, 'billion_rows'))
      await expect(
        load(target, billionProfile(ROWS), { filler, truncate: true, chunkRows: 2000, ...stopAt(9000) }),
      ).rejects.toMatchObject({ code: 'INTERRUPTED', hint: expect.stringContaining('--resume') })
      await expect(load(target, billionProfile(ROWS))).rejects.toMatchObject({ code: 'SEED_UNFINISHED' })
      await resumeLoad(target, { filler: filler === 'copy' ? 'sql' : 'copy' })
      expect(await onDatabase((sql) => tableDigest(sql, 'billion_rows'))).toBe(whole)
    },
  )

  test('by a signal before it has changed anything says so, and that there is nothing to go on with', async () => {
    const before = await onDatabase(structure)
    const early = (until: SeedEvent['type']) => {
      const controller = new AbortController()
      return {
        signal: controller.signal,
        emit: ({ type }: SeedEvent) => type === until && controller.abort(),
      }
    }
    const wide = { ...billionProfile(300_000), name: 'measured' }
    for (const options of [
      { signal: AbortSignal.abort() },
      early('phase.started'),
      { calibrate: true, ...early('calibrated') },
    ]) {
      await expect(load(target, wide, { chunkRows: 50_000, ...options })).rejects.toMatchObject({
        code: 'INTERRUPTED',
        message: 'The load was stopped before it began; nothing was changed.',
        hint: expect.not.stringContaining('--resume'),
      })
    }
    expect(await onDatabase(structure)).toEqual(before)
    expect(await onDatabase((sql) => sql`select from gigarow.seed_run`)).toHaveLength(0)
  })

  test('is given up with --truncate, which brings its indexes back first', async () => {
    const before = await onDatabase(structure)
    await expect(
      load(target, billionProfile(ROWS), { chunkRows: 2000, ...stopAt(9000) }),
    ).rejects.toMatchObject({ code: 'INTERRUPTED' })
    await load(target, billionProfile(ROWS), { truncate: true })
    expect(await onDatabase(structure)).toEqual(before)
    const states = await onDatabase((sql) => sql`select state from gigarow.seed_run order by id`)
    expect(states.map((r) => r.state)).toEqual(['abandoned', 'done'])
  })

  test('because rows break a constraint says which one, and leaves the chunk’s rows out', async () => {
    await onDatabase((sql) => sql.unsafe(`alter table billion_rows add constraint small check (id <> 12345)`))
    await expect(load(target, billionProfile(ROWS))).rejects.toMatchObject({
      code: 'DB_ERROR',
      message: expect.stringContaining('small'),
    })
    const [row] = await onDatabase(
      (sql) => sql`select count(*)::int as n from billion_rows where id between 10001 and 15000`,
    )
    expect(row!.n).toBe(0)
  })
})

describe('verification finds', () => {
  // The phases before it are done by then: state says so, and a resume goes on with verification alone.
  const tamper = async (statement: string, profile = billionProfile(ROWS)) => {
    const controller = new AbortController()
    const emit = (event: SeedEvent) => {
      if (event.type === 'phase.started' && event.phase === 'verify') controller.abort()
    }
    await expect(load(target, profile, { signal: controller.signal, emit })).rejects.toMatchObject({
      code: 'INTERRUPTED',
    })
    await onDatabase((sql) => sql.unsafe(statement).simple())
    return resumeLoad(target)
  }

  test.each([
    [
      'a changed value',
      `update billion_rows set value = 'x' where id = 12345`,
      'their content is not. Row 12,345 has value = "x" instead of "',
      2,
    ],
    [
      'a missing row',
      'delete from billion_rows where id = 12345',
      '4999 rows instead of 5000. Row 12,345 is not there.',
      2,
    ],
    [
      'a row twice',
      `insert into billion_rows select 40001, value, created_at from billion_rows where id = 5`,
      'the profile does not have',
      8,
    ],
  ])('%s', async (_name, statement, text, chunk) => {
    await expect(tamper(statement)).rejects.toMatchObject({
      code: 'SEED_VERIFY_FAILED',
      message: expect.stringContaining(text),
      facts: { chunks: [chunk] },
    })
  })

  test('the first row and column that are wrong where no column has the number of the row', async () => {
    const { tables, ...rest } = billionProfile(ROWS)
    const columns = tables[0]!.columns.map((column) =>
      column.name === 'id' ? { ...column, generator: { kind: 'permuted' } } : column,
    )
    const profile = { ...rest, tables: [{ ...tables[0]!, columns }] }
    await expect(
      tamper(`update billion_rows set created_at = '2000-01-01' where id = 77`, profile),
    ).rejects.toMatchObject({
      code: 'SEED_VERIFY_FAILED',
      message: expect.stringMatching(/Row [\d,]+ has created_at = "2000-01-01 00:00:00" instead of "2025-/),
      facts: { row: expect.any(Number) },
    })
  })
})
