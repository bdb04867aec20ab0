import { describe, expect, it } from 'vitest'
import { testDatabase } from '../../support/index.ts'
import { convergenceOn, sqlOf } from './converge.ts'

const { converges, returns, query } = convergenceOn(testDatabase())

const fn = (head: string, body = 'select 1') => `create function ${head} language sql as $$ ${body} $$;`
const isReplaced = (sql: readonly string[]) => sql.every((s) => s.startsWith('CREATE OR REPLACE'))

describe('a function is replaced in place', () => {
  it.each([
    ['a new body', fn('f(a int) returns int'), fn('f(a int) returns int', 'select 2')],
    [
      'another volatility and cost',
      fn('f() returns int'),
      `create function f() returns int language sql immutable parallel safe cost 7 set work_mem = '8MB' as 'select 1';`,
    ],
    [
      'a name for a parameter without one',
      fn('f(int, text) returns int'),
      fn('f(a int, "b, c" text) returns int'),
    ],
    ['a default', fn('f(a int, b int) returns int'), fn(`f(a int, b int default 3) returns int`)],
    [
      'another default',
      fn(`f(a text default ', DEFAULT (') returns int`),
      fn(`f(a text default 'it''s') returns int`),
    ],
  ])('%s', async (_, from, to) => {
    const plan = await converges({
      from: `${from} create view v as select proname from pg_proc`,
      to: `${to} create view v as select proname from pg_proc`,
    })
    expect(sqlOf(plan)).toHaveLength(1)
    expect(isReplaced(sqlOf(plan))).toBe(true)
  })
})

describe('a function is dropped and made anew', () => {
  const rest = (call: string) =>
    `create view v as select ${call} as x; grant execute on function f to pg_monitor; revoke execute on function f from public; comment on function f is 'f';`
  it.each([
    ['another result', fn('f() returns int'), fn('f() returns bigint', 'select 1::bigint'), 'f()::text'],
    ['another name of a parameter', fn('f(a int) returns int'), fn('f(b int) returns int'), 'f(1)'],
    ['a default less', fn('f(a int default 1) returns int'), fn('f(a int) returns int'), 'f(1)'],
    [
      'another name of an OUT parameter',
      fn('f(out a int, out b int)', 'select 1, 2'),
      fn('f(out a int, out c int)', 'select 1, 2'),
      '(f()).a',
    ],
    [
      'another column of its table',
      fn('f() returns table (a int, b int)', 'select 1, 2'),
      fn('f() returns table (a int, c int)', 'select 1, 2'),
      '(f()).a',
    ],
  ])('%s', async (_, from, to, call) => {
    const plan = await converges({ from: from + rest(call), to: to + rest(call) })
    expect(sqlOf(plan).filter((s) => s.startsWith('DROP FUNCTION'))).toHaveLength(1)
    await query('select * from v')
  })
})

describe('routines', () => {
  it('are told apart by their arguments and dropped by them', async () => {
    await converges({
      from: `${fn('f(a int) returns int')} ${fn('f(a "text", variadic b int[]) returns int')} create schema "s.s"; create function "s.s"."f;""g"(inout a int) language sql as 'select 1'; create procedure p(in a int, inout b text) language sql as 'select b';`,
      to: `${fn('f(a int) returns int')} create schema "s.s"; create procedure p(in a int, inout b text) language sql as $$ select b || 'x' $$;`,
    })
  })

  it('change from function to procedure', async () => {
    await converges({
      from: fn('f(a int) returns void'),
      to: 'create procedure f(a int) language sql as $$ select 1 $$;',
    })
  })

  it('whose bodies name what the plan makes come after it', async () => {
    await converges({
      from: '',
      to: `create table t (a int); create type mood as enum ('x'); create view zz as select 1 as one;
        ${fn('a_first() returns bigint', 'select count(*) from t, zz, z_last()')}
        ${fn('b() returns bigint', 'select a_first()')}
        create function z_last() returns int language plpgsql as $$ declare x t.a%type; y mood; begin return x; end $$;
        create function ping() returns int language plpgsql as 'begin return pong(); end'; create function pong() returns int language plpgsql as 'begin return ping(); end';`
        .replace(
          /(create type mood.*?;)/,
          `$1 create function z_last() returns int language sql as 'select 1';`,
        )
        .replace(
          /create function z_last\(\) returns int language plpgsql/,
          'create or replace function z_last() returns int language plpgsql',
        ),
    })
  })

  it('whose bodies name a new column come after it', async () => {
    await converges({
      from: `create table t (a int); ${fn('f() returns int', 'select a from t')}`,
      to: `create table t (a int, b int); ${fn('f() returns int', 'select b from t')}`,
    })
  })

  it('that a new table calls come before it', async () => {
    await converges({
      from: '',
      to: `create function next_id() returns int language plpgsql as 'begin return (select count(*) from t); end'; create table t (a int default next_id(), check (next_id() > 0));`,
    })
  })

  it('with a body of SQL are ordered by what they need', async () => {
    await converges({
      from: 'create table t (a int); create function f() returns int begin atomic select a from t; end;',
      to: 'create table t (a int); create table u (b int); create view v as select b from u; create function f() returns int begin atomic select b from v; end;',
    })
  })

  it('are taken back', async () => {
    await returns({
      from: `${fn('f(int) returns int')} ${fn('gone(a text default null) returns int')} create procedure p() language sql as 'select 1'; comment on function f is 'f';`,
      to: `${fn('f(a int) returns int')} create procedure p() language sql as 'select 2'; ${fn('n() returns setof int')}`,
    })
  })
})
