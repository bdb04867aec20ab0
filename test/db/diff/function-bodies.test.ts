import { afterAll, expect, test } from 'vitest'
import { readCatalog } from '../../../src/catalog/index.ts'
import { openPool } from '../../../src/db/index.ts'
import { diff } from '../../../src/diff/index.ts'
import { applyPlan, testDatabase } from '../../support/index.ts'

const target = testDatabase()
const sql = openPool(target, { max: 1, applicationName: 'bodies' })
afterAll(() => sql.end({ timeout: 5 }))

async function stateOf(text: string) {
  await sql.unsafe(`drop schema public cascade; create schema public; ${text}`)
  return readCatalog({ sql })
}

const ZZ = 'create table zz (id int primary key);'
const BASE = 'create table base (id int primary key, n int);'
const V1 = 'create view v1 as select id, n from m1; create view v3 as select rd();'

test.each([
  [
    'of a materialized view',
    '',
    `${ZZ} create materialized view mvx as select id from zz; create function cc() returns bigint language sql as 'select count(*) from mvx';`,
  ],
  [
    'of a view, as a view of their own result',
    '',
    `${ZZ} create view zv as select id from zz; create function aa() returns bigint language sql as 'select count(*) from zv';
     create view usesfn as select aa();`,
  ],
  [
    'of each other, of a procedure, of a type and of a table whose CHECK calls them',
    'create table keep (id int primary key);',
    `create table keep (id int primary key); create table lookup (k text primary key);
     create function valid_k(x text) returns boolean language sql stable as 'select exists (select 1 from lookup where k = x)';
     create table uses (k text check (valid_k(k)));
     create function z_inner(x text) returns boolean language sql as 'select valid_k(x)';
     create function a_outer(x text) returns boolean language sql as 'select z_inner(x)';
     create view lv as select k from lookup; create function fv() returns bigint language sql as 'select count(*) from lv';
     create procedure a_proc() language sql as 'insert into lookup values (1); select fv()';`,
  ],
  [
    'of what calls them',
    '',
    `${ZZ} create function f() returns bigint language sql as 'select 1::bigint'; create view fv as select f() as n;
     create function g(i int) returns bigint language sql as 'select n from fv';
     create or replace function f() returns bigint language sql as 'select case when false then g(1) else (select n from fv) end';
     create table t (id int default g(1)); create or replace function g(i int) returns bigint language sql as 'select id::bigint from t';`,
  ],
  [
    'of a column that comes to a view',
    `${ZZ} create view zv as select id from zz; create function f() returns int language sql as 'select id from zv';`,
    `${ZZ} create view zv as select id, 2 as b from zz; create function f() returns int language sql as 'select b from zv';`,
  ],
  [
    'of what is made anew',
    `${BASE} create materialized view m1 as select id, n from base; create function rd() returns int language sql as 'select max(n) from m1'; ${V1}`,
    `create table base (id int primary key, n bigint); create materialized view m1 as select id, n from base where n > 3;
     create function rd() returns int language sql as 'select max(n)::int from m1'; ${V1}`,
  ],
])('bodies in text %s', async (_, from, to) => {
  const goal = await stateOf(to)
  const { statements, refusals } = diff(await stateOf(from), goal)
  expect(refusals).toEqual([])
  await applyPlan(sql, statements)
  expect(diff(await readCatalog({ sql }), goal)).toEqual({ statements: [], refusals: [] })
})
