import type { Change } from './every-change.ts'

const alter = (what: string) => `alter table app.people ${what}`

/** Of partitions, and of objects that are no tables. */
export const MORE_CHANGES: readonly Change[] = [
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
