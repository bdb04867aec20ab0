import { describe, expect, it } from 'vitest'
import type { PlanStatement } from '../../../src/diff/index.ts'
import { testDatabase } from '../../support/index.ts'
import { convergence } from './converge.ts'

const { expectConverges, planOf } = convergence(testDatabase(), testDatabase())

const EVENTS = `
  create table events (id bigint not null, at timestamptz not null, kind text default 'x', primary key (id, at)) partition by range (at);
  create index events_kind_idx on events (kind);`
const PLAIN = EVENTS.replace(', primary key (id, at)', '')
const leaf = (name: string, from: string, to: string) =>
  `create table ${name} partition of events for values from ('${from}') to ('${to}');`
const JAN = leaf('events_01', '2025-01-01', '2025-02-01')
const FEB = leaf('events_02', '2025-02-01', '2025-03-01')
const ROWS = `insert into events select g, '2025-01-01'::timestamptz + g * interval '12 hours', 'k' || g % 3 from generate_series(0, 115) g;`
const ALL = 'select * from events order by id'

const sqlOf = (statements: readonly PlanStatement[]) => statements.map(({ sql }) => sql)

describe('a partition is made', () => {
  it('beside a parent in use, and attached', async () => {
    const statements = await expectConverges({
      from: EVENTS + JAN,
      to: EVENTS + JAN + FEB,
      rows: `insert into events values (1, '2025-01-05')`,
      keeps: ALL,
    })
    expect(sqlOf(statements)).toEqual([
      'CREATE TABLE "public"."events_02" (LIKE "public"."events" INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING STORAGE INCLUDING COMPRESSION INCLUDING CONSTRAINTS INCLUDING INDEXES)',
      `ALTER TABLE "public"."events" ATTACH PARTITION "public"."events_02" FOR VALUES FROM ('2025-02-01 00:00:00+00') TO ('2025-03-01 00:00:00+00')`,
    ])
    expect(statements[1]!.locks).toEqual([{ relation: 'events', mode: 'SHARE UPDATE EXCLUSIVE' }])
  })

  it('with its parent', async () => {
    const statements = await expectConverges({ from: '', to: EVENTS + JAN + FEB })
    expect(sqlOf(statements).filter((sql) => sql.includes('PARTITION OF'))).toHaveLength(2)
  })

  it('with partitions of its own, before anybody sees it', async () => {
    const statements = await expectConverges({
      from: PLAIN + JAN,
      to: `${PLAIN + JAN}
        create table events_02 partition of events for values from ('2025-02-01') to ('2025-03-01') partition by list (kind);
        create table events_02_a partition of events_02 for values in ('a', null);
        create table events_02_rest partition of events_02 default;`,
    })
    expect(sqlOf(statements).at(-1)).toContain('ATTACH PARTITION "public"."events_02"')
  })

  it('where the default partition holds its rows: they are moved in the same transaction', async () => {
    const statements = await expectConverges({
      from: `${EVENTS + JAN} create table events_rest partition of events default;`,
      to: `${EVENTS + JAN + FEB} create table events_rest partition of events default;`,
      rows: ROWS,
      keeps: ALL,
    })
    const hazards = statements.flatMap((statement) => statement.hazards.map(({ severity }) => severity))
    expect(hazards).toContain('lock')
    expect(hazards).not.toContain('drop')
  })
})

describe('a partition leaves', () => {
  it('concurrently, and stays as a table with its rows and indexes', async () => {
    const statements = await expectConverges({
      from: EVENTS + JAN + FEB,
      to: `${EVENTS + FEB}
        create table events_01 (id bigint not null, at timestamptz not null, kind text default 'x', primary key (id, at));
        create index events_01_kind_idx on events_01 (kind);`,
      rows: ROWS,
      keeps: 'select * from events_01 order by id',
    })
    expect(sqlOf(statements)[0]).toMatch(/DETACH PARTITION "public"."events_01" CONCURRENTLY$/)
    expect(statements[0]!.runs).toBe('alone')
  })

  it('in the plain form where there is a default partition', async () => {
    const rest = 'create table events_rest partition of events default;'
    const [detach] = await expectConverges({
      from: EVENTS + JAN + FEB + rest,
      to: `${EVENTS + FEB + rest} create table events_01 (id bigint not null, at timestamptz not null, kind text default 'x');`,
      rows: ROWS,
      keeps: 'select * from events_01 order by id',
    })
    expect(detach!.sql).not.toContain('CONCURRENTLY')
    expect(detach!.locks).toContainEqual({ relation: 'events_rest', mode: 'ACCESS EXCLUSIVE' })
  })

  it('and is dropped: a hazard', async () => {
    const statements = await expectConverges({ from: EVENTS + JAN + FEB, to: EVENTS + FEB, rows: ROWS })
    expect(statements.at(-1)!.hazards.map(({ severity }) => severity)).toEqual(['drop'])
    expect(sqlOf(statements)[0]).toContain('DETACH')
  })
})

describe('a table becomes a partition', () => {
  const OLD = `create table events_00 (id bigint not null, at timestamptz not null, kind text default 'x');`
  const WITH = leaf('events_00', '2024-01-01', '2025-01-01')
  const rows = `insert into events_00 select g, '2024-01-01'::timestamptz + g * interval '1 day' from generate_series(0, 99) g;`

  it('without being read under a lock', async () => {
    const statements = await expectConverges({
      from: EVENTS + JAN + OLD,
      to: EVENTS + JAN + WITH,
      rows,
      keeps: 'select * from events_00 order by id',
    })
    const text = sqlOf(statements).join('\n')
    expect(text).toContain('CREATE UNIQUE INDEX CONCURRENTLY')
    expect(text).toContain('VALIDATE CONSTRAINT "gigarow_bound"')
  })

  it('of a new parent', async () => {
    await expectConverges({
      from: OLD,
      to: EVENTS + JAN + WITH,
      rows,
      keeps: 'select * from events_00 order by id',
    })
  })

  it('of a list, NULL included', async () => {
    const list = 'create table l (a text, b int) partition by list (a);'
    await expectConverges({
      from: `${list} create table l1 (a text, b int);`,
      to: `${list} create table l1 partition of l for values in ('x', 'y', null);`,
      rows: `insert into l1 values ('x', 1), (null, 2);`,
      keeps: 'select * from l1 order by b',
    })
  })
})

describe('a bound changes', () => {
  it('and grows: nothing is read under a lock', async () => {
    const statements = await expectConverges({
      from: EVENTS + JAN,
      to: EVENTS + leaf('events_01', '2024-12-01', '2025-03-01'),
      rows: `insert into events values (1, '2025-01-05')`,
      keeps: ALL,
    })
    expect(sqlOf(statements).join('\n')).toContain('VALIDATE CONSTRAINT')
  })

  it('and shrinks, while another takes its rows', async () => {
    await expectConverges({
      from:
        EVENTS +
        leaf('events_01', '2025-01-01', '2025-02-15') +
        leaf('events_02', '2025-02-15', '2025-03-01'),
      to: EVENTS + JAN + FEB,
      rows: ROWS,
      keeps: ALL,
    })
  })

  it('and shrinks, while nobody takes its rows: refused', async () => {
    const { refusals } = await planOf({
      from: EVENTS + JAN,
      to: EVENTS + leaf('events_01', '2025-01-01', '2025-01-15'),
    })
    expect(refusals).toHaveLength(1)
    expect(refusals[0]!.reason).toContain('events_01')
  })

  it('one is split into several', async () => {
    await expectConverges({
      from: EVENTS + leaf('events_all', '2025-01-01', '2025-03-01'),
      to: EVENTS + JAN + FEB,
      rows: ROWS,
      keeps: ALL,
    })
  })

  it('several are merged into one', async () => {
    await expectConverges({
      from: EVENTS + JAN + FEB,
      to: EVENTS + leaf('events_all', '2025-01-01', '2025-03-01'),
      rows: ROWS,
      keeps: ALL,
    })
  })

  it('values of a list are swapped', async () => {
    const list = 'create table l (a text, b int) partition by list (a);'
    await expectConverges({
      from: `${list} create table l1 partition of l for values in ('x', 'y'); create table l2 partition of l for values in ('z', null);`,
      to: `${list} create table l1 partition of l for values in ('x', 'z'); create table l2 partition of l for values in ('y', null);`,
      rows: `insert into l values ('x', 1), ('y', 2), ('z', 3), (null, 4);`,
      keeps: 'select * from l order by b',
    })
  })

  it('the modulus of a hash: refused', async () => {
    const hash = 'create table h (a int) partition by hash (a);'
    const part = (name: string, m: number, r: number) =>
      `create table ${name} partition of h for values with (modulus ${m}, remainder ${r});`
    const { refusals } = await planOf({
      from: hash + part('h0', 2, 0) + part('h1', 2, 1),
      to: hash + part('h0', 4, 0) + part('h1', 4, 1) + part('h2', 4, 2) + part('h3', 4, 3),
    })
    expect(refusals[0]!.reason).toContain('modulus')
  })
})
