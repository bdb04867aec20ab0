import { describe, expect, it } from 'vitest'
import { testDatabase } from '../../support/index.ts'
import { convergenceOn } from './converge.ts'

const db = convergenceOn(testDatabase())

const T = 'create table t (id bigint primary key, a integer, b text);'
const ROWS = `insert into t select n, n, 'b' || n from generate_series(1, 100) n;`

describe('a plain table is led from one state to another', () => {
  const pairs: readonly (readonly [string, string, string])[] = [
    [
      'a new table with everything',
      '',
      `
      create schema app; create type app.mood as enum ('sad', 'ok');
      create domain app.percent as integer default 5 check (value between 0 and 100) not null;
      create type app.pair as (x integer, y text);
      create sequence app.counter as integer increment by 5 start with 10 cycle maxvalue 1000;
      create table app.t (
        id bigint generated always as identity (start with 100 increment by 2) primary key, s serial,
        mood app.mood not null default 'ok', p app.percent, pair app.pair, label varchar(20) collate "C",
        price numeric(10,2) default 1.5, double numeric generated always as (price * 2) stored,
        big text, constraint positive check (price > 0), unique (label)) with (fillfactor = 70, autovacuum_enabled = false);
      alter table app.t alter big set storage external, alter big set compression pglz, alter mood set statistics 500,
        alter mood set (n_distinct = 2), enable row level security, force row level security, replica identity full;
      create table app.child (id bigint primary key, parent bigint not null references app.t on delete cascade);
      create index on app.child (parent);`,
    ],
    [
      'everything goes',
      `create schema app; create type app.mood as enum ('sad');
      create table app.a (id serial primary key, mood app.mood default 'sad'); create table app.b (id int references app.a);
      create view app.v as select * from app.a; comment on table app.a is 'x';`,
      '',
    ],
    [
      'two tables that point at each other',
      '',
      `create table a (id int primary key, b int); create table b (id int primary key, a int references a);
      alter table a add foreign key (b) references b;`,
    ],
    [
      'and go',
      `create table a (id int primary key, b int); create table b (id int primary key, a int references a);
      alter table a add foreign key (b) references b;`,
      '',
    ],
    [
      'columns come and go',
      `${T}${ROWS}`,
      `create table t (id bigint primary key, b text, c integer default 7 not null, d timestamptz default now(), e uuid, "odd "" name;" text);`,
    ],
    [
      'a volatile default',
      `${T}${ROWS}`,
      `create table t (id bigint primary key, a integer, b text, c uuid not null default gen_random_uuid());`,
    ],
    [
      'NOT NULL and back',
      `${T}${ROWS}`,
      'create table t (id bigint primary key, a integer not null, b text not null);',
    ],
    [
      'no longer NOT NULL',
      `create table t (id bigint primary key, a integer not null, b text not null default 'x');`,
      T,
    ],
    [
      'types widen',
      `create table t (id integer primary key, a varchar(10), n numeric(10,2), v varchar(5) default 'x', ts timestamp(0));
      create index on t (a); insert into t values (1, 'x', 1, 'y', now());`,
      `create table t (id bigint primary key, a text, n numeric(12,2), v varchar(50) default 'x', ts timestamp(3)); create index on t (a);`,
    ],
    [
      'types that have to be written anew',
      `create table t (id text primary key, a integer default 1, b boolean, c text[], check (a > 0)); insert into t values ('1', 2, true, '{1}');
      create view v as select id, a from t; create view w as select a from v; create index on t (a) where a > 5;`,
      `create table t (id bigint primary key, a text default 'one', b integer, c integer[]); create view v as select id, a from t; create view w as select a from v;`,
    ],
    [
      'constraints of all kinds',
      `${T}${ROWS} create table u (t bigint);`,
      `create table t (id bigint primary key, a integer unique deferrable initially deferred, b text, check (a > 0), constraint ab unique (a, b));
      create table u (t bigint references t);`,
    ],
    [
      'constraints change',
      `create table t (id bigint primary key, a integer not null, b text not null, constraint c check (a > 0), constraint u unique (a)); insert into t values (1, 2, 'x');
      create table r (x bigint constraint f references t); comment on constraint c on t is 'why';`,
      `create table t (id bigint, a integer not null, b text not null, constraint c check (a > 1), constraint u unique (a, b), constraint t_pkey primary key (a));
      create table r (x bigint constraint f references t on delete cascade); comment on constraint c on t is 'why';`,
    ],
    [
      'a primary key moves to other columns',
      `create table t (id bigint not null, a integer not null, constraint t_pkey primary key (id)); insert into t values (1, 1);`,
      'create table t (id bigint not null, a integer not null, constraint t_pkey primary key (id, a));',
    ],
    [
      'an exclusion constraint',
      'create table t (r int4range);',
      'create table t (r int4range, exclude using gist (r with &&));',
    ],
    [
      'storage and options',
      `create table t (a text, b text) with (fillfactor = 80, autovacuum_enabled = false);`,
      `create unlogged table t (a text, b text) with (fillfactor = 90, toast.autovacuum_enabled = false); alter table t alter a set storage main, alter a set compression pglz, alter b set statistics 7, alter b set (n_distinct = -0.5); alter table t enable row level security;`,
    ],
    [
      'and back',
      `create unlogged table t (a text, b text) with (fillfactor = 90); alter table t alter a set storage main, alter a set compression pglz, alter b set statistics 7, alter b set (n_distinct = -0.5); alter table t enable row level security, force row level security;`,
      'create table t (a text, b text);',
    ],
    [
      'replica identity of an index',
      'create table t (a int not null);',
      'create table t (a int not null); create unique index i on t (a); alter table t replica identity using index i;',
    ],
    [
      'inheritance',
      'create table p (a int); create table c (a int, b int);',
      'create table p (a int); create table c (b int) inherits (p);'.replace(
        'create table c (b int) inherits (p)',
        'create table c (a int, b int); alter table c inherit p',
      ),
    ],
    [
      'inherited columns',
      'create table p (a int); create table c (b int) inherits (p);',
      `create table p (a bigint not null default 3, n text default 'x'); create table c (b int) inherits (p);`,
    ],
    [
      'a new child of a table',
      'create table p (a int default 1);',
      'create table p (a int default 1); create table c (a int default 2, b int) inherits (p);',
    ],
    [
      'generated columns',
      `create table t (a int, g int generated always as (a + 1) stored, h int generated always as (a * 2) stored); create index on t (g); insert into t values (1);`,
      'create table t (a int, g int generated always as (a + 2) stored, h int); create index on t (g);',
    ],
    [
      'a column under a generated one',
      'create table t (a int, g int generated always as (a + 1) stored); create index on t (g);',
      'create table t (a bigint, g bigint generated always as (a + 1) stored); create index on t (g);',
    ],
    [
      'identity options',
      'create table t (id int generated always as identity);',
      'create table t (id int generated by default as identity (increment by 10 cache 5));',
    ],
    [
      'sequences',
      'create sequence s; create table t (a int); create sequence o owned by t.a;',
      'create sequence s as integer increment by -1 minvalue -50 maxvalue 10 cycle; create table t (a int, b int); create sequence o owned by t.b;',
    ],
    [
      'an owned sequence survives its column',
      'create table t (a int, b int); create sequence o owned by t.b;',
      'create table t (a int); create sequence o;',
    ],
    [
      'domains',
      `create domain d as integer default 1 check (value > 0); create table t (a d); insert into t values (3);`,
      'create domain d as integer default 2 not null constraint d_check check (value > 1) check (value < 100); create table t (a d);',
    ],
    [
      'composite types',
      'create type p as (x int, y int); create table t (p p);',
      'create type p as (x int, z text); create table t (p p);',
    ],
    [
      'an enum gets values',
      `create type m as enum ('b', 'd'); create table t (m m default 'b');`,
      `create type m as enum ('a', 'b', 'c', 'd', 'e'); create table t (m m default 'c');`,
    ],
    [
      'an enum is put in another order',
      `create type m as enum ('a', 'b'); create table t (m m default 'b', l m[] default '{a}'); insert into t values ('a', '{b,a}'); create index i on t (m); create index j on t (l) where m = 'a';
      create view v as select m from t; create view w as select * from v where m = 'a'; create materialized view mv as select m, count(*) from t group by m; create unique index on mv (m); comment on type m is 'x'; grant select on v to public;
      create function f(m) returns m language sql as 'select $1';`,
      `create type m as enum ('b', 'a'); create table t (m m default 'a', l m[] default '{a}'); create index i on t (m); create index j on t (l) where m = 'a';
      create view v as select m from t; create view w as select * from v where m = 'a'; create materialized view mv as select m, count(*) from t group by m; create unique index on mv (m); comment on type m is 'x'; grant select on v to public;
      create function f(m) returns m language sql as 'select $1';`,
    ],
    [
      'enum to text',
      `create type m as enum ('a'); create table t (m m default 'a'); insert into t values ('a');`,
      `create table t (m text default 'a');`,
    ],
    [
      'text to enum',
      `create table t (m text default 'a'); insert into t values ('a');`,
      `create type m as enum ('a'); create table t (m m default 'a');`,
    ],
    [
      'a table, its successor of another kind under the same name',
      'create view t as select 1 as a;',
      'create table t (a int);',
    ],
    [
      'a function in a default changes what it returns',
      `create function f() returns int language sql immutable as 'select 1'; create table t (a int default f()); insert into t values (5);`,
      `create function f() returns bigint language sql immutable as 'select 1::bigint'; create table t (a int default f());`,
    ],
    [
      'a function that needs the table whose default it is',
      '',
      `create table t (a int); create function f() returns int language sql begin atomic select count(*)::int from t; end; alter table t alter a set default f();`,
    ],
    [
      'a dropped column with its indexes and checks',
      `create table t (a int, b int, check (a > b), unique (a, b)); create index on t (b); create statistics s on a, b from t;`,
      'create table t (a int);',
    ],
    [
      'an index keeps its name and changes its columns as one goes',
      'create table t (a int, b int); create index i on t (a, b);',
      'create table t (a int); create index i on t (a);',
    ],
    [
      'an index moves to another table',
      'create table t (a int); create table u (a int); create index i on t (a);',
      'create table t (a int); create table u (a int); create index i on u (a);',
    ],
    [
      'the table of an index goes, its name stays',
      'create table t (a int); create table u (a int); create index i on t (a);',
      'create table u (a int); create index i on u (a);',
    ],
    [
      'a type under a policy and a trigger',
      `create table t (a int, b int); alter table t enable row level security; create policy p on t using (a > 0); create function f() returns trigger language plpgsql as 'begin return new; end'; create trigger g before update of a on t for each row execute function f(); insert into t values (1,2);`,
      `create table t (a bigint, b int); alter table t enable row level security; create policy p on t using (a > 0); create function f() returns trigger language plpgsql as 'begin return new; end'; create trigger g before update of a on t for each row execute function f();`,
    ],
    [
      'both sides of a foreign key widen',
      `create table a (id int primary key); create table b (a int references a); insert into a values (1); insert into b values (1);`,
      `create table a (id bigint primary key); create table b (a bigint references a);`,
    ],
    [
      'both sides of a foreign key become text',
      `create table a (id int primary key); create table b (a int references a); insert into a values (1); insert into b values (1);`,
      `create table a (id text primary key); create table b (a text references a);`,
    ],
    [
      'both sides of a foreign key are of an enum that changes',
      `create type m as enum('a','b'); create table a (id m primary key); create table b (a m references a); insert into a values ('a'); insert into b values ('a');`,
      `create type m as enum('b','a'); create table a (id m primary key); create table b (a m references a);`,
    ],
    ['a serial goes', `create table a (id serial, b int);`, `create table a (b int);`],
    [
      'a serial comes',
      `create table a (b int); insert into a values (1);`,
      `create table a (b int, id serial primary key);`,
    ],
    [
      'an identity column comes',
      `create table a (b int); insert into a values (1);`,
      `create table a (b int, id int generated always as identity primary key);`,
    ],
    [
      'a primary key on a column that could be null',
      `create table a (b int, c int); insert into a values (1, 2);`,
      `create table a (b int primary key, c int);`,
    ],
    ['a primary key goes', `create table a (b int primary key);`, `create table a (b int);`],
    [
      'what children inherit changes',
      `create table p (a int check (a > 0)); create table c () inherits (p); insert into c values (1);`,
      `create table p (a bigint default 2 check (a > 0 and a < 9)); create table c () inherits (p); alter table c alter a set default 9;`,
    ],
    [
      'a schema goes with all that is in it',
      `create schema s; create table s.t (a int); create type s.e as enum ('x');`,
      ``,
    ],
    [
      'a check that is not enforced',
      `create table t (a int);`,
      `create table t (a int constraint c check (a > 0) not enforced);`,
    ],
    [
      'a check that is not validated',
      `create table t (a int);`,
      `create table t (a int); alter table t add constraint c check (a > 0) not valid;`,
    ],
    [
      'unique constraints with all their clauses',
      `create table t (a int, b int);`,
      `create table t (a int, b int, constraint u unique nulls not distinct (a) include (b), constraint d unique (b) deferrable);`,
    ],
    [
      'a primary key without overlaps',
      `create extension if not exists btree_gist; create table t (a int not null, r daterange not null);`,
      `create extension if not exists btree_gist; create table t (a int not null, r daterange not null, primary key (a, r without overlaps));`,
    ],
  ]
  it.each(pairs)('%s', async (_, from, to) => {
    const plan = await db.converges({ from, to })
    expect(plan.statements).not.toEqual([])
  })
})
