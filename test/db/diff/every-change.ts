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

  {
    name: 'a partition',
    change: `create table app.events_3 partition of app.events for values from ('2025-03-01') to ('2025-04-01')`,
  },
  { name: 'a partition detached', change: 'alter table app.events detach partition app.events_2' },
  {
    name: 'a bound',
    change: `alter table app.events detach partition app.events_2; alter table app.events attach partition app.events_2 for values from ('2025-02-01') to ('2025-02-15')`,
  },
  {
    name: 'a detach that is pending',
    change: `update pg_inherits set inhdetachpending = true where inhrelid = 'app.events_2'::regclass`,
    oneWay: 'nobody makes a detach pend',
  },
  { name: 'a default of one partition', change: `alter table app.events_1 alter kind set default 'x'` },
  { name: 'a parameter of one partition', change: 'alter table app.events_1 set (autovacuum_enabled = off)' },
  {
    name: 'a check of one partition',
    change: 'alter table app.events_1 add constraint known check (kind is not null)',
  },

  { name: 'a view', change: 'create view app.more as select 1 as one' },
  {
    name: 'the query of a view',
    change: 'create or replace view app.names as select id, name from app.people where id > 0',
  },
  {
    name: 'a column of a view',
    change: 'create or replace view app.names as select id, name, n from app.people',
  },
  { name: 'security_barrier', change: 'alter view app.names set (security_barrier)' },
  { name: 'security_invoker', change: 'alter view app.names set (security_invoker)', since: 15 },
  { name: 'a check option', change: `alter view app.names set (check_option = 'local')` },
  { name: 'a default of a view', change: `alter view app.names alter name set default 'v'` },
  {
    name: 'the query of a materialized view',
    change:
      'drop materialized view app.totals; create materialized view app.totals as select name, count(*) + 1 as n from app.people group by name; create unique index totals_idx on app.totals (name)',
  },
  {
    name: 'a parameter of a materialized view',
    change: 'alter materialized view app.totals set (fillfactor = 70)',
  },
  {
    name: 'a parameter of the TOAST table of a materialized view',
    given: 'create materialized view app.notes as select note from app.people',
    change: 'alter materialized view app.notes set (toast.autovacuum_enabled = off)',
  },
  {
    name: 'statistics of a column of a materialized view',
    change: 'alter materialized view app.totals alter name set statistics 500',
  },
  {
    name: 'storage of a column of a materialized view',
    change: 'alter materialized view app.totals alter name set storage external',
  },
  { name: 'an index of a materialized view', change: 'create index totals_n_idx on app.totals (n)' },
  {
    name: 'CLUSTER ON of a materialized view',
    change: 'alter materialized view app.totals cluster on totals_idx',
  },

  { name: 'a function', change: 'create function app.more() returns int language sql as $$ select 1 $$' },
  {
    name: 'the body of a function',
    change:
      'create or replace function app.plus(a int, b int default 1) returns int language sql as $$ select b + a $$',
  },
  {
    name: 'a default of a parameter',
    change:
      'create or replace function app.plus(a int, b int default 2) returns int language sql as $$ select a + b $$',
  },
  { name: 'the volatility of a function', change: 'alter function app.plus(int, int) immutable' },
  { name: 'STRICT', change: 'alter function app.plus(int, int) strict' },
  { name: 'SECURITY DEFINER', change: 'alter function app.plus(int, int) security definer' },
  { name: 'LEAKPROOF', change: 'alter function app.plus(int, int) leakproof' },
  { name: 'PARALLEL', change: 'alter function app.plus(int, int) parallel safe' },
  { name: 'the cost of a function', change: 'alter function app.plus(int, int) cost 7' },
  { name: 'a setting of a function', change: `alter function app.plus(int, int) set work_mem = '1MB'` },
  { name: 'a procedure', change: 'drop procedure app.nothing()' },
  {
    name: 'an overloaded function',
    change: 'create function app.plus(a bigint) returns bigint language sql as $$ select a $$',
  },
  {
    name: 'a function that depends on an extension',
    change: 'alter function app.touch() depends on extension pgcrypto',
    unmanaged: true,
  },
  {
    name: 'an aggregate',
    change: 'create aggregate app.total(int) (sfunc = int4pl, stype = int)',
    unmanaged: true,
  },

  {
    name: 'a trigger',
    change: 'create trigger also after delete on app.people for each row execute function app.touch()',
  },
  {
    name: 'the condition of a trigger',
    change:
      'create or replace trigger touched before insert on app.people for each row when (new.n > 0) execute function app.touch()',
  },
  { name: 'a trigger switched off', change: alter('disable trigger touched') },
  { name: 'a trigger that fires always', change: alter('enable always trigger touched') },
  { name: 'a trigger of a partitioned table', change: 'drop trigger touched on app.events' },
  {
    name: 'a trigger switched off on one partition',
    change: 'alter table app.events_1 disable trigger touched',
  },
  { name: 'a policy', change: 'drop policy own on app.people' },
  { name: 'the roles of a policy', change: 'alter policy own on app.people to writer' },
  { name: 'the condition of a policy', change: 'alter policy own on app.people using (id > 1)' },
  { name: 'the check of a policy', change: 'alter policy writes on app.people with check (id > 1)' },
  {
    name: 'a restrictive policy',
    change:
      'drop policy own on app.people; create policy own on app.people as restrictive for select to reader using (id > 0)',
  },
  {
    name: 'the command of a policy',
    change:
      'drop policy own on app.people; create policy own on app.people for delete to reader using (id > 0)',
  },
  { name: 'a rule', change: 'drop rule no_delete on app.people' },
  {
    name: 'the query of a rule',
    change: 'create or replace rule no_delete as on delete to app.people where old.id > 0 do instead nothing',
  },
  { name: 'a rule switched off', change: alter('disable rule no_delete') },
  {
    name: 'extended statistics',
    change: 'create statistics app.more (ndistinct) on name, note from app.people',
  },
  {
    name: 'the kind of extended statistics',
    change:
      'drop statistics app.people_stats; create statistics app.people_stats (mcv) on name, note from app.people',
  },
  {
    name: 'the target of extended statistics',
    change: 'alter statistics app.people_stats set statistics 500',
  },

  { name: 'a privilege on a table', change: 'grant insert on app.people to reader' },
  { name: 'a privilege taken back', change: 'revoke select on app.people from reader' },
  {
    name: 'a privilege that can be passed on',
    change: 'grant select on app.people to reader with grant option',
  },
  { name: 'a privilege for everybody', change: 'grant select on app.people to public' },
  { name: 'a privilege on a column', change: 'grant update (name) on app.people to reader' },
  { name: 'a privilege on a sequence', change: 'grant usage on sequence app.numbers to reader' },
  { name: 'a privilege on a schema', change: 'grant create on schema app to reader' },
  { name: 'a privilege on the schema public', change: 'grant create on schema public to reader' },
  { name: 'a privilege on a view', change: 'grant select on app.names to reader' },
  {
    name: 'EXECUTE taken from everybody',
    change: 'revoke execute on function app.plus(int, int) from public',
  },
  { name: 'a privilege on a procedure', change: 'grant execute on procedure app.nothing() to reader' },
  { name: 'a privilege on a type', change: 'revoke usage on type app.mood from public' },
  { name: 'a privilege on a domain', change: 'grant usage on domain app.price to reader' },
  {
    name: 'a privilege on the sequence of an identity',
    change: 'grant usage on sequence app.people_id_seq to reader',
    unmanaged: true,
  },

  ...[
    'schema app',
    'type app.mood',
    'domain app.price',
    'constraint positive on domain app.price',
    'type app.pair',
    'column app.pair.a',
    'sequence app.numbers',
    'table app.people',
    'column app.people.id',
    'constraint people_n_check on app.people',
    'index app.orders_at_idx',
    'index app.events_1_kind_idx',
    'view app.names',
    'column app.names.id',
    'materialized view app.totals',
    'column app.totals.n',
    'function app.plus(int, int)',
    'procedure app.nothing()',
    'trigger touched on app.people',
    'policy own on app.people',
    'rule no_delete on app.people',
    'statistics app.people_stats',
  ].map((what): Change => ({ name: `a comment on ${what}`, change: `comment on ${what} is 'new'` })),
  { name: 'a comment taken off', change: 'comment on table app.people is null' },
  {
    name: 'a comment on the sequence of an identity',
    change: `comment on sequence app.people_id_seq is 'new'`,
    unmanaged: true,
  },
  {
    name: 'a comment on an aggregate',
    given: 'create aggregate app.total(int) (sfunc = int4pl, stype = int)',
    change: `comment on aggregate app.total(int) is 'new'`,
    unmanaged: true,
  },

  ...[
    'table app.people',
    'table app.events_1',
    'view app.names',
    'materialized view app.totals',
    'sequence app.numbers',
    'function app.plus(int, int)',
    'procedure app.nothing()',
    'type app.mood',
    'domain app.price',
    'type app.pair',
    'schema app',
  ].map(
    (what): Change => ({
      name: `the owner of ${what}`,
      given: `alter ${what} owner to reader`,
      change: `alter ${what} owner to writer`,
    }),
  ),

  {
    name: 'a foreign table',
    given: 'create foreign data wrapper w; create server s foreign data wrapper w',
    change: 'create foreign table app.far (id int) server s',
    unmanaged: true,
  },
  { name: 'a range type', change: 'create type app.period as range (subtype = date)', unmanaged: true },
  { name: 'a cast', change: 'create cast (app.mood as int) with inout', unmanaged: true },
  { name: 'a collation', change: `create collation app.mine from "C"`, unmanaged: true },
  {
    name: 'an operator',
    change: 'create operator app.### (leftarg = int, rightarg = int, function = int4pl)',
    unmanaged: true,
  },
  {
    name: 'a text search configuration',
    change: 'create text search configuration app.words (copy = pg_catalog.english)',
    unmanaged: true,
  },
  { name: 'a publication', change: 'create publication everything for table app.people', unmanaged: true },
  {
    name: 'default privileges',
    change: 'alter default privileges in schema app grant select on tables to reader',
    unmanaged: true,
  },
  {
    name: 'an event trigger',
    given: 'create function app.on_ddl() returns event_trigger language plpgsql as $$ begin end $$',
    change: 'create event trigger watch on ddl_command_end execute function app.on_ddl()',
    unmanaged: true,
  },
]
