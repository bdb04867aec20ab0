import { sql } from 'drizzle-orm'
import { integer, pgTable } from 'drizzle-orm/pg-core'
import { describe, expect, test } from 'vitest'
import { declarationsSql, extension, refuseHazards, sqlObject } from '../../../src/schema/index.ts'
import { downTexts, id, plain, plan, problems, read, stored, texts } from './plans.ts'

describe('extensions and sqlObject', () => {
  const fn = (body: string, args = '') =>
    sqlObject('f', `create function f(${args}) returns int language sql as $$ ${body} $$`)

  test('are ordered by what they refer to, whatever their names', async () => {
    const t = pgTable('t', { n: integer().default(sql`f()`) })
    const v = sqlObject('a_view', 'create view a_view as select g() as n')
    const g = sqlObject(
      'g',
      'create function g() returns bigint language sql as $$ select count(*) from t $$',
    )
    const made = await declarationsSql(read({ v, g, t, f: fn('select 1'), x: extension('hstore') }))
    expect(made.map((s) => /(EXTENSION IF NOT EXISTS|function|TABLE|view) ([\w.]+)/i.exec(s)?.[2])).toEqual([
      'hstore',
      'f',
      'public.t',
      'g',
      'a_view',
    ])
  })

  test('a circle is an error that names it', async () => {
    const t = pgTable('t', { n: integer().default(sql`f()`) })
    await expect(declarationsSql(read({ t, f: fn('select n from t') }))).rejects.toThrow('t -> f() -> t')
  })

  test('every mistake in the SQL is found at once, with the others', async () => {
    const message = await problems({
      a: sqlObject('a', 'create view v as selec 1'),
      b: sqlObject('b', 'select 1; select 2'),
      c: sqlObject('c', 'create table x ()'),
      d: sqlObject('d', 'drop table x'),
      e: sqlObject('e', 'create view v as select 1', { needs: ['tuch'] }),
      f: sqlObject('touch', 'create view w as select 1'),
      g: sqlObject('g', 'create or replace view v as select 2'),
      x: extension('hstore', { schema: 'tools' }),
      t: pgTable('t'.repeat(64), { id: id() }),
    })
    for (const part of [
      'syntax error at or near "selec"',
      'it has 2 statements',
      'declared with pgTable()',
      'a statement of another kind',
      'did you mean "touch"',
      'two declarations of the view v',
      "Export pgSchema('tools')",
      'longer than 63 bytes',
    ]) {
      expect(message.toLowerCase()).toContain(part.toLowerCase())
    }
  })

  test('a function with the same arguments is replaced, another is dropped and made, with what hangs on it', async () => {
    const v = sqlObject('v', 'create view v as select f() as n')
    const from = await stored({ f: fn('select 1'), v })
    expect(await texts({ f: fn('select 2'), v }, from)).toEqual([
      'CREATE OR REPLACE function f() returns int language sql as $$ select 2 $$',
    ])
    expect(await downTexts({ f: fn('select 2'), v }, from)).toEqual([expect.stringContaining('select 1')])
    const other = await texts({ f: fn('select 2', 'n int default 1'), v }, from)
    expect(other.map((s) => s.slice(0, 22))).toEqual([
      'DROP VIEW public.v',
      'DROP FUNCTION public.f',
      'create function f(n in',
      'create view v as selec',
    ])
  })

  test('triggers, policies and grants have their way back', async () => {
    const t = plain()
    const from = await stored({ t })
    const exports = {
      t,
      a: sqlObject('a', sql`create trigger tr after insert on ${t} execute function f()`),
      b: sqlObject('b', 'create policy p on t using (true)'),
      c: sqlObject('c', 'grant select on t to public with grant option'),
    }
    expect(await texts(exports, from)).toHaveLength(3)
    expect(await downTexts(exports, from)).toEqual([
      'REVOKE SELECT ON t FROM PUBLIC RESTRICT',
      'DROP POLICY p ON public.t',
      'DROP TRIGGER tr ON public.t',
    ])
  })

  test('dropping an extension has to be allowed', async () => {
    const from = await stored({ x: extension('hstore') })
    const made = await plan({}, from)
    expect(() => refuseHazards(made, [])).toThrow('drops the extension hstore')
  })
})
