import { MORE_CHANGES } from './every-change-more.ts'

/** A change of one property, in plain SQL on BASE. */
export interface Change {
  readonly name: string
  readonly change: string
  /** Run before it, on both sides. */
  readonly given?: string
  /** The first major version that knows it. */
  readonly since?: number
  /** What gigarow leaves to its user: seen, and no statement of any plan. */
  readonly unmanaged?: true
  /** Why a plan goes only one of the two ways. */
  readonly oneWay?: string
}

/** `reader` and `writer` stand for roles. */
export const BASE = `
  create schema app;
  create extension pgcrypto schema public;
  create type app.mood as enum ('sad', 'ok');
  create domain app.price as numeric(10,2) default 1 not null constraint positive check (value > 0);
  create type app.pair as (a int, b text);
  create sequence app.numbers;
  create function app.touch() returns trigger language plpgsql as $$ begin return new; end $$;
  create function app.plus(a int, b int default 1) returns int language sql as $$ select a + b $$;
  create procedure app.nothing() language sql as $$ select 1 $$;
  create table app.people (id bigint generated always as identity, ser serial, name varchar(40) default 'x', note text not null, n int,
    cost app.price, doubled int generated always as (n * 2) stored, constraint people_pkey primary key (id),
    constraint people_name_key unique (name), constraint people_n_check check (n > 0));
  create table app.orders (id bigint not null, person bigint, at timestamptz not null, span tstzrange,
    constraint orders_person_fkey foreign key (person) references app.people,
    constraint orders_span_excl exclude using gist (span with &&));
  create index orders_at_idx on app.orders (at);
  create index orders_upper_idx on app.orders ((id + 1));
  create unique index orders_id_idx on app.orders (id);
  create table app.parent (id int);
  create table app.child (extra int) inherits (app.parent);
  create table app.events (id bigint not null, at timestamptz not null, kind text,
    constraint events_pkey primary key (id, at)) partition by range (at);
  create table app.events_1 partition of app.events for values from ('2025-01-01') to ('2025-02-01');
  create table app.events_2 partition of app.events for values from ('2025-02-01') to ('2025-03-01');
  create index events_kind_idx on app.events (kind);
  create trigger touched before insert on app.events for each row execute function app.touch();
  create trigger touched before insert on app.people for each row execute function app.touch();
  create view app.names as select id, name from app.people;
  create materialized view app.totals as select name, count(*) as n from app.people group by name;
  create unique index totals_idx on app.totals (name);
  create policy own on app.people for select to reader using (id > 0);
  create policy writes on app.people for insert with check (id > 0);
  create rule no_delete as on delete to app.people do instead nothing;
  create statistics app.people_stats (dependencies) on name, note from app.people;
  grant select on app.people to reader;
  grant usage on schema app to reader;
  comment on table app.people is 'people';
`

const alter = (what: string) => `alter table app.people ${what}`
const orders = (what: string) => `alter table app.orders ${what}`
const GIN = `create index orders_more_idx on app.orders`

export const CHANGES: readonly Change[] = [
  { name: 'a schema', change: 'create schema other' },
  { name: 'an extension', change: 'create extension pg_trgm schema public' },
  { name: 'the schema of an extension', change: 'alter extension pgcrypto set schema app' },

  { name: 'a value of an enum', change: `alter type app.mood add value 'glad'` },
  {
    name: 'the order of an enum',
    given: `create type app.e as enum ('a', 'b')`,
    change: `drop type app.e; create type app.e as enum ('b', 'a')`,
  },
  { name: 'a value of an enum renamed', change: `alter type app.mood rename value 'sad' to 'blue'` },
  { name: 'the default of a domain', change: 'alter domain app.price set default 2' },
  { name: 'NOT NULL of a domain', change: 'alter domain app.price drop not null' },
  { name: 'a check of a domain', change: 'alter domain app.price add constraint small check (value < 10)' },
  {
    name: 'the name of a check of a domain',
    change: 'alter domain app.price rename constraint positive to above_zero',
  },
  {
    name: 'a check of a domain not valid',
    change: 'alter domain app.price add constraint small check (value < 10) not valid',
  },
  {
    name: 'the base type of a domain',
    given: 'create domain app.d as int',
    change: 'drop domain app.d; create domain app.d as bigint',
  },
  {
    name: 'the collation of a domain',
    given: 'create domain app.d as text',
    change: 'drop domain app.d; create domain app.d as text collate "C"',
  },
  { name: 'a column of a composite type', change: 'alter type app.pair add attribute c int' },
  {
    name: 'the type of a column of a composite type',
    change: 'alter type app.pair alter attribute a type bigint',
  },
  {
    name: 'the collation of a column of a composite type',
    change: 'alter type app.pair alter attribute b type text collate "C"',
  },

  { name: 'a sequence', change: 'create sequence app.more' },
  { name: 'the start of a sequence', change: 'alter sequence app.numbers start 5' },
  { name: 'the increment of a sequence', change: 'alter sequence app.numbers increment 5' },
  { name: 'the bounds of a sequence', change: 'alter sequence app.numbers minvalue 0 maxvalue 99' },
  { name: 'the cache of a sequence', change: 'alter sequence app.numbers cache 5' },
  { name: 'the cycle of a sequence', change: 'alter sequence app.numbers cycle' },
  { name: 'the type of a sequence', change: 'alter sequence app.numbers as int' },
  { name: 'the owner column of a sequence', change: 'alter sequence app.numbers owned by app.orders.id' },
  { name: 'a sequence unlogged', change: 'alter sequence app.numbers set unlogged', since: 15 },

  { name: 'a table', change: 'create table app.more (id int)' },
  { name: 'the schema of a table', change: 'alter table app.orders set schema public' },
  { name: 'a table unlogged', change: 'alter table app.parent set unlogged' },
  { name: 'a storage parameter', change: alter('set (fillfactor = 70)') },
  { name: 'a storage parameter of a TOAST table', change: alter('set (toast.autovacuum_enabled = off)') },
  { name: 'row security', change: alter('enable row level security') },
  {
    name: 'row security forced',
    given: alter('enable row level security'),
    change: alter('force row level security'),
  },
  { name: 'row security forced where it is off', change: alter('force row level security') },
  {
    name: 'row security switched off where it is forced',
    given: alter('enable row level security, force row level security'),
    change: alter('disable row level security'),
  },
  { name: 'replica identity full', change: alter('replica identity full') },
  { name: 'replica identity nothing', change: alter('replica identity nothing') },
  { name: 'replica identity by an index', change: orders('replica identity using index orders_id_idx') },
  { name: 'CLUSTER ON', change: orders('cluster on orders_at_idx') },
  { name: 'inheritance ended', change: 'alter table app.child no inherit app.parent' },
  {
    name: 'inheritance begun',
    given: 'create table app.other (id int)',
    change: 'alter table app.other inherit app.parent',
  },
  {
    name: 'the access method of a table',
    given: 'create access method heap2 type table handler heap_tableam_handler',
    change: 'drop table app.child; create table app.child (extra int) inherits (app.parent) using heap2',
  },
  { name: 'the tablespace of a table', change: 'alter table app.parent set tablespace elsewhere', since: 15 },
  {
    name: 'the tablespace of an index',
    change: 'alter index app.orders_at_idx set tablespace elsewhere',
    since: 15,
  },
  {
    name: 'the tablespace of a materialized view',
    change: 'alter materialized view app.totals set tablespace elsewhere',
    since: 15,
  },
  {
    name: 'a table of a type',
    given: 'create type app.row as (id int); create table app.typed (id int)',
    change: 'alter table app.typed of app.row',
    unmanaged: true,
  },

  { name: 'a column', change: alter('add more int') },
  { name: 'a column dropped', change: orders('drop column at') },
  { name: 'the name of a column', change: alter('rename note to remark') },
  { name: 'the type of a column', change: alter('alter note type varchar(9)') },
  {
    name: 'the length of a type',
    change: alter('alter note type varchar(9), alter note type varchar(10)'),
    given: alter('alter note type varchar(9)'),
  },
  { name: 'the collation of a column', change: alter('alter note type text collate "C"') },
  { name: 'NOT NULL', change: alter('alter n set not null') },
  { name: 'NOT NULL taken off', change: alter('alter note drop not null') },
  { name: 'NOT NULL not valid', change: alter('add constraint n_there not null n not valid'), since: 18 },
  {
    name: 'NOT NULL that heirs do not have',
    change: alter('add constraint n_there not null n no inherit'),
    since: 18,
  },
  {
    name: 'the name of a NOT NULL',
    given: alter('add constraint n_there not null n'),
    change: alter('rename constraint n_there to n_is_there'),
    since: 18,
  },
  { name: 'a default', change: alter('alter n set default 5') },
  { name: 'another default', change: alter(`alter name set default 'y'`) },
  { name: 'an identity', change: orders('alter id add generated by default as identity') },
  { name: 'the kind of an identity', change: alter('alter id set generated by default') },
  { name: 'an option of an identity', change: alter('alter id set increment 10') },
  { name: 'the cache of an identity', change: alter('alter id set cache 10') },
  { name: 'a generated column', change: alter('add tripled int generated always as (n * 3) stored') },
  {
    name: 'a virtual column',
    change: alter('add tripled int generated always as (n * 3) virtual'),
    since: 18,
  },
  {
    name: 'the expression of a generated column',
    change: alter('drop doubled, add doubled int generated always as (n + n) stored'),
  },
  { name: 'a generated column that is plain', change: alter('alter doubled drop expression') },
  { name: 'storage of a column', change: alter('alter note set storage external') },
  { name: 'compression of a column', change: alter('alter note set compression pglz') },
  { name: 'statistics of a column', change: alter('alter note set statistics 500') },
  { name: 'n_distinct of a column', change: alter('alter note set (n_distinct = 5)') },
  {
    name: 'a column of an heir that is its own, too',
    given:
      'alter table app.child no inherit app.parent; alter table app.parent add more int; alter table app.child add more int',
    change: 'alter table app.child inherit app.parent',
  },

  { name: 'a primary key dropped', change: 'alter table app.people drop constraint people_pkey cascade' },
  {
    name: 'the name of a constraint',
    change: alter('rename constraint people_name_key to people_name_unique'),
  },
  { name: 'a unique constraint', change: alter('add constraint people_n_key unique (n)') },
  {
    name: 'NULLS NOT DISTINCT',
    change: alter(
      'drop constraint people_name_key, add constraint people_name_key unique nulls not distinct (name)',
    ),
    since: 15,
  },
  {
    name: 'an included column',
    change: alter(
      'drop constraint people_name_key, add constraint people_name_key unique (name) include (n)',
    ),
  },
  {
    name: 'a deferrable constraint',
    change: orders('alter constraint orders_person_fkey deferrable initially deferred'),
  },
  {
    name: 'a deferrable key',
    change: alter('drop constraint people_name_key, add constraint people_name_key unique (name) deferrable'),
  },
  { name: 'a check', change: alter('add constraint people_n_small check (n < 100)') },
  { name: 'a check not valid', change: alter('add constraint people_n_small check (n < 100) not valid') },
  {
    name: 'a check validated',
    given: alter('add constraint people_n_small check (n < 100) not valid'),
    change: alter('validate constraint people_n_small'),
    oneWay: 'what is proven stays so',
  },
  {
    name: 'a check that heirs do not have',
    change: alter('add constraint people_n_small check (n < 100) no inherit'),
  },
  {
    name: 'a foreign key',
    change: 'alter table app.parent add constraint parent_fkey foreign key (id) references app.people',
  },
  {
    name: 'ON DELETE',
    change: orders(
      'drop constraint orders_person_fkey, add constraint orders_person_fkey foreign key (person) references app.people on delete cascade',
    ),
  },
  {
    name: 'a foreign key not valid',
    change:
      'alter table app.parent add constraint parent_fkey foreign key (id) references app.people not valid',
  },
  {
    name: 'a foreign key not enforced',
    change: orders('alter constraint orders_person_fkey not enforced'),
    since: 18,
  },
  { name: 'an exclusion constraint', change: orders('drop constraint orders_span_excl') },
  {
    name: 'the triggers of a foreign key switched off',
    change: orders('disable trigger all'),
    unmanaged: true,
  },

  { name: 'an index', change: `${GIN} (person)` },
  {
    name: 'an index of another method',
    change: `drop index app.orders_at_idx; create index orders_at_idx on app.orders using brin (at)`,
  },
  {
    name: 'an index in another order',
    change: `drop index app.orders_at_idx; create index orders_at_idx on app.orders (at desc)`,
  },
  {
    name: 'an index with a condition',
    change: `drop index app.orders_at_idx; create index orders_at_idx on app.orders (at) where person > 0`,
  },
  {
    name: 'an operator class',
    given: 'create index people_note_idx on app.people (note)',
    change:
      'drop index app.people_note_idx; create index people_note_idx on app.people (note text_pattern_ops)',
  },
  {
    name: 'a unique index that is plain',
    change: 'drop index app.orders_id_idx; create index orders_id_idx on app.orders (id)',
  },
  { name: 'a parameter of an index', change: 'alter index app.orders_at_idx set (fillfactor = 50)' },
  {
    name: 'statistics of an index',
    change: 'alter index app.orders_upper_idx alter column 1 set statistics 500',
  },
  {
    name: 'an invalid index',
    change: `update pg_index set indisvalid = false where indexrelid = 'app.orders_at_idx'::regclass`,
    oneWay: 'nobody makes an index invalid',
  },
  { name: 'the name of an index', change: 'alter index app.orders_at_idx rename to orders_when_idx' },
  { name: 'an index of one partition', change: 'create index events_1_at_idx on app.events_1 (at)' },
  { name: 'an index of a partitioned table', change: 'create index events_at_idx on app.events (at)' },
  ...MORE_CHANGES,
]
