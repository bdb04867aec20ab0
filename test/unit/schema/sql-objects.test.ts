import { sql } from 'drizzle-orm'
import { integer, pgTable } from 'drizzle-orm/pg-core'
import { describe, expect, test } from 'vitest'
import { declarationsSql, extension, sqlObject } from '../../../src/schema/index.ts'
import { id, problems, read } from './plans.ts'

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
})
