import { describe, expect, it } from 'vitest'
import { testDatabase, testMajor } from '../../support/index.ts'
import { alonesIn, convergenceOn, rulesOf, sqlOf } from './converge.ts'

const { converges, returns, query } = convergenceOn(testDatabase())

const BASE = 'create table public.t (a int primary key, b text); insert into t values (1, $$x$$);'

describe('a view', () => {
  it('is created and dropped', async () => {
    await converges({
      from: BASE,
      to: `${BASE} create view v as select * from t; create view w as select a from v;`,
    })
    await converges({
      from: `${BASE} create view v as select * from t; create view w as select a from v;`,
      to: BASE,
    })
  })

  it('gets columns without being dropped', async () => {
    const rest = `create view w as select a from v; grant select on v to public; comment on view v is 'x';`
    const plan = await converges({
      from: `${BASE} create view v as select a from t; ${rest}`,
      to: `${BASE} create view v as select a, b from t; ${rest}`,
    })
    expect(sqlOf(plan)).toHaveLength(1)
    expect(plan.statements[0]!.locks).toEqual([
      { relation: 'v', mode: 'ACCESS EXCLUSIVE' },
      { relation: 't', mode: 'ACCESS SHARE' },
    ])
  })

  it('loses or changes columns: made anew, with what depends on it', async () => {
    const rest = `create view "w w" as select a from v; create view x as select * from "w w"; grant select on v to public; grant select (a) on "w w" to public;
      comment on view v is 'v'; comment on column "w w".a is 'a'; create function f() returns trigger language plpgsql as 'begin return new; end';
      create trigger tr instead of insert on v for each row execute function f(); create rule r as on update to x do instead nothing;`
    await converges({
      from: `${BASE} create view v as select a, b from t; ${rest}`,
      to: `${BASE} create view v as select a from t; ${rest}`,
    })
    expect((await query('select * from x'))[0]).toEqual({ a: 1 })
  })

  it('is there for readers at every moment, with its rights, comment, trigger and reader', async () => {
    const rest = (more: string) => `
      create view v as select a, b from t where f() = 1; create view w as select b from v;
      grant select on w to public; comment on view v is 'v';
      create function tf() returns trigger language plpgsql as 'begin return new; end';
      create trigger tr instead of insert on v for each row execute function tf(); ${more}`
    const state = (type: string, more = '') => `
      create table t (a int primary key, b ${type}, c text, d text); create function f() returns int language sql as 'select 1'; ${rest(more)}`
    const plan = await converges({
      from: `${state('varchar(5)', 'create index gone on t (d);')}`,
      to: `${state('varchar(9)', 'create index i on t (a, b); alter table t alter b set not null; alter table t add constraint c check (c > b);')}
        alter table t add constraint u unique (b);`,
      rows: 'insert into t select g, g::text from generate_series(1, 5) g',
      always: ['v', 'w'],
      holds: [`has_table_privilege('public', 'w', 'select')`, `obj_description('v'::regclass) = 'v'`],
    })
    expect(alonesIn(plan, 'DROP VIEW', 'GRANT')).toEqual([])
    expect(alonesIn(plan, 'DROP VIEW', 'CREATE TRIGGER')).toEqual([])
    expect(rulesOf(plan)).not.toContain('drop-view')
    expect(plan.statements.filter(({ runs }) => runs === 'alone').length).toBeGreaterThan(3)
  })

  it('is there for readers while an enum that it shows gets a value and a column another type', async () => {
    const state = (values: string, type: string) => `
      create type mood as enum (${values}); create table t (a int primary key, m mood, b ${type});
      create view v as select a, m, b from t; create view w as select m, count(*) from v group by m;`
    const plan = await converges({
      from: state(`'sad'`, 'varchar(5)'),
      to: `${state(`'awful', 'sad', 'ok'`, 'varchar(9)')} alter table t alter m set default 'ok';`,
      rows: `insert into t select g, 'sad', g::text from generate_series(1, 5) g`,
      always: ['v', 'w'],
    })
    expect(sqlOf(plan).slice(0, 2)).toEqual([
      expect.stringContaining(`ADD VALUE IF NOT EXISTS 'awful'`),
      expect.stringContaining(`ADD VALUE IF NOT EXISTS 'ok'`),
    ])
    expect(rulesOf(plan)).not.toContain('drop-view')
  })

  it('that cannot come back in one transaction says how long it is away', async () => {
    const state = (type: string, view: string) => `
      create table t (a int primary key, b ${type}); create materialized view m as select a, b from t; create view v as ${view};`
    const plan = await converges({
      from: state('varchar(5)', 'select a, b from m'),
      to: state('varchar(9)', 'select b, a from m'),
    })
    const drop = plan.statements.find(({ sql }) => sql.startsWith('DROP VIEW'))!
    expect(drop.hazards).toEqual([
      expect.objectContaining({ rule: 'drop-view', severity: 'lock', text: expect.stringContaining('v') }),
    ])
    expect(drop.locks).toEqual([{ relation: 'v', mode: 'ACCESS EXCLUSIVE' }])
  })

  it('keeps and changes its options', async () => {
    const plan = await converges({
      from: `${BASE} create view v with (security_barrier, check_option = local) as select a from t;`,
      to: `${BASE} create view v with (check_option = cascaded) as select a from t;`,
    })
    expect(sqlOf(plan)).toEqual([
      `ALTER VIEW "public"."v" SET (check_option=cascaded)`,
      `ALTER VIEW "public"."v" RESET (security_barrier)`,
    ])
    await converges({
      from: `${BASE} create view v with (security_barrier) as select a from t;`,
      to: `${BASE} create view v with (security_barrier) as select a, b from t where a > 0;`,
    })
  })

  it.runIf((testMajor() ?? 18) >= 15)('takes the rights of who asks', async () => {
    await converges({
      from: `${BASE} create view v as select a from t;`,
      to: `${BASE} create view v with (security_invoker = true) as select a from t;`,
    })
  })

  it('is recursive, and named with quotes', async () => {
    const text = (n: number) =>
      `create schema "s.""x"; create recursive view "s.""x"."v; 'w" (n) as values (1) union all select n + 1 from "v; 'w" where n < ${n};`
    await converges({ from: text(3), to: text(4) })
    expect(await query(`select * from "s.""x"."v; 'w"`)).toHaveLength(4)
  })

  it('in a circle with a function is made in two steps', async () => {
    await converges({
      from: BASE,
      to: `${BASE} create view "v v" as select 1 as "a a", null::text as b; create function f() returns int begin atomic select "a a" from "v v"; end;
        create or replace view "v v" with (security_barrier) as select case when a = 1 then 1 else f() end as "a a", b from t;`,
    })
    expect(await query('select "a a" as a from "v v"')).toEqual([{ a: 1 }])
  })

  it('is taken back', async () => {
    await returns({
      from: `${BASE} create view v as select a from t; create view gone as select 1 as one;`,
      to: `${BASE} create view v as select a, b from t; create view w with (security_barrier) as select * from v;`,
    })
  })
})

describe('triggers', () => {
  const FN = `create function f() returns trigger language plpgsql as 'begin return new; end'; create function g() returns trigger language plpgsql as 'begin return new; end';`
  const PARTS = `${FN} create table p (a int, b int) partition by list (a); create table p1 partition of p for values in (1); create table p2 partition of p for values in (2);`

  it('are made, replaced and dropped', async () => {
    const plan = await converges({
      from: `${BASE} ${FN} create trigger one before insert on t for each row execute function f(); create trigger two after update on t execute function f();`,
      to: `${BASE} ${FN} create trigger one before insert or update on t for each row when (new.a > 1) execute function g(); create trigger "th;ree" after delete on t execute function f('it''s');`,
    })
    expect(sqlOf(plan).some((s) => s.startsWith('CREATE OR REPLACE TRIGGER one'))).toBe(true)
    expect(plan.statements.find(({ sql }) => sql.startsWith('CREATE OR REPLACE'))!.locks).toEqual([
      { relation: 't', mode: 'SHARE ROW EXCLUSIVE' },
    ])
  })

  it('of constraints are made anew', async () => {
    await converges({
      from: `${BASE} ${FN} create constraint trigger c after insert on t for each row execute function f(); comment on trigger c on t is 'c';`,
      to: `${BASE} ${FN} create constraint trigger c after insert on t deferrable initially deferred for each row execute function g(); comment on trigger c on t is 'c';`,
    })
  })

  it('are switched off and on, and stay off when replaced', async () => {
    await converges({
      from: `${BASE} ${FN} create trigger a before insert on t for each row execute function f(); create trigger b before insert on t for each row execute function f(); alter table t disable trigger b;`,
      to: `${BASE} ${FN} create trigger a before insert on t for each row execute function f(); create trigger b before insert on t for each row execute function g(); alter table t enable replica trigger a; alter table t disable trigger b;`,
    })
  })

  it('of a partitioned table reach its partitions by themselves', async () => {
    const plan = await converges({
      from: PARTS,
      to: `${PARTS} create trigger r after insert on p for each row execute function f(); create trigger d after insert on p for each row execute function f(); alter table p disable trigger d;`,
    })
    expect(sqlOf(plan)).toHaveLength(3)
  })

  it('of a partitioned table change and go with it, and differ where a partition says so', async () => {
    await converges({
      from: `${PARTS} create trigger r after insert on p for each row execute function f(); create trigger d after insert on p for each row execute function f(); create trigger gone after insert on p for each row execute function f();`,
      to: `${PARTS} create trigger r after insert or update on p for each row execute function g(); create trigger d after insert on p for each row execute function f(); alter table p2 disable trigger d; alter table p disable trigger r; alter table p1 enable always trigger r;`,
    })
  })

  it('of partitions stay as they are when their parent changes', async () => {
    const rest = `create trigger e after insert on p for each row execute function f(); create trigger x after insert on p for each row execute function f(); alter table p2 disable trigger r; alter table p1 enable replica trigger e; alter table p1 disable trigger x; comment on trigger r on p is 'r';`
    await converges({
      from: `${PARTS} create trigger r after insert on p for each row execute function f(); ${rest}`,
      to: `${PARTS} create trigger r after insert or delete on p for each row execute function f(); ${rest.replace('alter table p1 enable', 'alter table only p disable trigger e; alter table p1 enable')}`,
    })
  })

  it('of a partitioned table change from rows to statements', async () => {
    const plan = await converges({
      from: `${PARTS} create trigger r after insert on p for each row execute function f(); comment on trigger r on p is 'r';`,
      to: `${PARTS} create trigger r after insert on p for each statement execute function f(); comment on trigger r on p is 'r';`,
    })
    expect(sqlOf(plan).map((s) => s.split(' ', 2).join(' '))).toEqual([
      'DROP TRIGGER',
      'CREATE TRIGGER',
      'COMMENT ON',
    ])
  })

  it('are taken back', async () => {
    await returns({
      from: `${BASE} ${FN} create trigger a before insert on t for each row execute function f(); alter table t disable trigger a; create trigger gone before insert on t for each row execute function f(); alter table t enable always trigger gone;`,
      to: `${BASE} ${FN} create trigger a before insert on t for each row execute function g();`,
    })
  })
})

describe('policies', () => {
  const on = (policies: string) => `${BASE} alter table t enable row level security; ${policies}`

  it('change their roles and expressions in place', async () => {
    const plan = await converges({
      from: on(`create policy "p ""q" on t for all to public using (a > 0) with check (a > 0);`),
      to: on(
        `create policy "p ""q" on t for all to pg_monitor, pg_read_all_data using (a > 1) with check (a > 0);`,
      ),
    })
    expect(sqlOf(plan)).toEqual([
      `ALTER POLICY "p ""q" ON "public"."t" TO pg_monitor, pg_read_all_data USING ((a > 1))`,
    ])
  })

  it('are made anew where ALTER POLICY cannot', async () => {
    await converges({
      from: on(
        `create policy p on t for select using (a > 0); create policy q on t using (true); create policy r on t using (a > 0) with check (a > 1); comment on policy p on t is 'p';`,
      ),
      to: on(
        `create policy p on t for update using (a > 0); create policy q on t as restrictive using (true); create policy r on t using (a > 0); create policy n on t for insert with check (b <> '');  comment on policy p on t is 'q';`,
      ),
    })
  })

  it('are taken back', async () => {
    await returns({
      from: on(
        `create policy p on t using (a > 0); create policy gone on t as restrictive for delete to pg_monitor using (true);`,
      ),
      to: on(`create policy p on t to pg_monitor using (a > 1) with check (a > 2);`),
    })
  })
})

describe('rules and statistics', () => {
  it('are made, changed and dropped', async () => {
    await converges({
      from: `${BASE} create table log (a int); create rule "r;" as on insert to t do also insert into log values (new.a); create rule gone as on delete to t do instead nothing;`,
      to: `${BASE} create table log (a int); create rule "r;" as on insert to t do also insert into log values (new.a + 1); create rule n as on delete to t do also nothing; alter table t disable rule n; comment on rule n on t is 'n';`,
    })
    await converges({
      from: `${BASE} create statistics s (ndistinct) on a, b from t; create statistics gone on a, b from t; create statistics k on a, b from t;`,
      to: `${BASE} create statistics s (dependencies) on a, b from t; create statistics k on a, b from t; alter statistics k set statistics 500; create statistics "n n" on (a + 1), b from t; alter statistics "n n" set statistics 7; comment on statistics s is 's';`,
    })
    await converges({
      from: `${BASE} create statistics k on a, b from t; alter statistics k set statistics 500;`,
      to: `${BASE} create statistics k on a, b from t;`,
    })
  })
})

describe('grants and comments', () => {
  const OBJECTS = `${BASE} create schema s; create sequence q; create function f(a int, out b text) language sql as $$ select 'x' $$;
    create procedure pr(inout a int) language sql as $$ select a $$; create type mood as enum ('a'); create domain d as int check (value > 0);
    create type pair as (x int, y text); create view v as select a from t; create materialized view m as select a from t; create index i on t (b);
    create statistics st on a, b from t;`

  it('change by exactly what differs', async () => {
    const plan = await converges({
      from: `${OBJECTS} grant select, insert on t to pg_monitor; grant update on t to public; grant delete on t to pg_monitor with grant option;`,
      to: `${OBJECTS} grant select, update on t to pg_monitor; grant delete on t to pg_monitor; grant select on t to pg_read_all_data with grant option;`,
    })
    expect(sqlOf(plan).toSorted()).toEqual([
      'GRANT SELECT ON TABLE "public"."t" TO "pg_read_all_data" WITH GRANT OPTION',
      'GRANT UPDATE ON TABLE "public"."t" TO "pg_monitor"',
      'REVOKE GRANT OPTION FOR DELETE ON TABLE "public"."t" FROM "pg_monitor"',
      'REVOKE INSERT ON TABLE "public"."t" FROM "pg_monitor"',
      'REVOKE UPDATE ON TABLE "public"."t" FROM PUBLIC',
    ])
  })

  const GRANTS = `grant select (a), update (a, b) on t to pg_monitor; grant usage on sequence q to public; grant usage, create on schema s to pg_monitor;
    grant execute on function f to pg_monitor; revoke execute on function f from public; revoke execute on procedure pr from public;
    revoke usage on type mood from public; grant usage on domain d to pg_monitor; revoke usage on type pair from public; grant select on v, m to public;`
  const COMMENTS = `comment on table t is 'E'' \\n'; comment on column t.a is 'a'; comment on schema s is 's'; comment on sequence q is 'q'; comment on function f is 'f';
    comment on procedure pr is 'p'; comment on type mood is 'm'; comment on domain d is 'd'; comment on type pair is 'p'; comment on view v is 'v';
    comment on materialized view m is 'm'; comment on column m.a is 'ma'; comment on column v.a is 'va'; comment on index i is 'i';
    comment on constraint t_pkey on t is 'k'; comment on statistics st is 'st';`

  it('of every kind are given and taken', async () => {
    await converges({ from: OBJECTS, to: OBJECTS + GRANTS + COMMENTS })
    await converges({ from: OBJECTS + GRANTS + COMMENTS, to: OBJECTS })
  })

  it('are taken back', async () => {
    await returns({ from: OBJECTS, to: OBJECTS + GRANTS + COMMENTS })
    await returns({ from: OBJECTS + GRANTS + COMMENTS, to: OBJECTS })
  })

  it('come with new objects', async () => {
    await converges({ from: '', to: OBJECTS + GRANTS + COMMENTS })
  })
})
