import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  classify,
  deparse,
  editCreateTable,
  parseOne,
  qualifyRelations,
  splitStatements,
} from '../../../src/sql/index.ts'

describe('splitting a file', () => {
  test('follows strings, dollar quotes, nested comments and multi-byte characters', async () => {
    const text = "-- é;\nselect 'a;b', '🐘';\n/* x /* ; */ y */ do $f$ begin; end $f$ ;\n\n  select 2"
    const found = await splitStatements(text)
    expect(found.map((s) => s.sql)).toEqual(["select 'a;b', '🐘'", 'do $f$ begin; end $f$', 'select 2'])
    expect(found.map((s) => s.line)).toEqual([2, 3, 5])
    for (const { sql, offset } of found) expect(text.slice(offset, offset + sql.length)).toBe(sql)
  })

  test('a file with nothing but comments has no statements', async () => {
    expect(await splitStatements('-- nothing\n/* here */\n')).toEqual([])
    expect(await splitStatements('')).toEqual([])
  })

  test('finds every statement again, whatever stands between them', async () => {
    const blank = fc.constantFrom(' ', '\n', '-- é 🐘 ;\n', '/* ; */', '/* /* */ ; */', '\t\r\n')
    const piece = fc.tuple(fc.array(blank, { maxLength: 4 }), fc.string({ unit: 'grapheme', maxLength: 8 }))
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { minLength: 1, maxLength: 6 }), async (pieces) => {
        const statements = pieces.map(([, s]) => `select '${s.replaceAll(/['\0]/g, '')}'`)
        const text = pieces.map(([gap], i) => `${gap.join('')}${statements[i]};`).join('')
        const found = await splitStatements(text)
        expect(found.map((s) => s.sql)).toEqual(statements)
        for (const { sql, offset } of found) expect(text.slice(offset, offset + sql.length)).toBe(sql)
      }),
      { numRuns: 60 },
    )
  })

  test('a syntax error says where, with a caret under the place', async () => {
    const error = await splitStatements("select 'é🐘';\nselect 1,, 2;", 'a.sql').catch((e) => e)
    expect(error.code).toBe('SQL_SYNTAX')
    expect(error.facts).toMatchObject({ file: 'a.sql', line: 2, column: 10 })
    expect(error.message).toBe('a.sql:2:10: syntax error at or near ","\n  select 1,, 2;\n           ^')
  })
})

describe('classifying a statement', () => {
  test.each([
    'create index concurrently i on t (a)',
    'drop index concurrently i',
    'reindex index concurrently i',
    'reindex (concurrently) table t',
    'reindex database d',
    'vacuum t',
    'alter system set work_mem = 1',
    'create database d',
    'alter table p detach partition l concurrently',
    "alter type t add value 'x'",
  ])('alone: %s', async (sql) => {
    expect(classify(await parseOne(sql))).toBe('alone')
  })

  test.each([
    'create index i on t (a)',
    'analyze t',
    'reindex table t',
    'alter table p detach partition l',
    "alter type t rename value 'x' to 'y'",
    'refresh materialized view concurrently v',
    "copy t from '/f'",
  ])('in a transaction: %s', async (sql) => {
    expect(classify(await parseOne(sql))).toBe('transaction')
  })

  test('transaction control and COPY FROM STDIN are told apart', async () => {
    expect(classify(await parseOne('commit'))).toBe('control')
    expect(classify(await parseOne('copy t from stdin'))).toBe('client')
  })
})

describe('editing', () => {
  test('adds PARTITION BY, WITH and UNLOGGED to a CREATE TABLE', async () => {
    const node = await parseOne('create table "public"."T" ("Id" bigint not null)')
    const parent = await editCreateTable(node, { partitionBy: 'RANGE ("Id", (lower(x)))' })
    expect(await deparse(parent)).toBe(
      'CREATE TABLE public."T" (\n  "Id" bigint NOT NULL\n) PARTITION BY RANGE ("Id", (lower(x)))',
    )
    const plain = await editCreateTable(node, { options: 'fillfactor = 90', unlogged: true })
    expect(await deparse(plain)).toBe(
      'CREATE UNLOGGED TABLE public."T" (\n  "Id" bigint NOT NULL\n) WITH (fillfactor=90)',
    )
  })

  test('puts the schema in front of every relation but not of names from WITH', async () => {
    const of = async (sql: string) =>
      (await deparse(qualifyRelations(await parseOne(sql)))).replaceAll(/\s+/g, ' ')
    expect(await of('create index i on t (a)')).toBe('CREATE INDEX i ON public.t (a)')
    expect(await of('drop table a, s.b')).toBe('DROP TABLE public.a, s.b')
    expect(await of('with x as (select * from t) select * from x')).toContain('FROM public.t')
    expect(await of('with x as (select * from t) select * from x')).toMatch(/FROM x$/)
  })

  test('what the writer would lose is an error, not another statement', async () => {
    const node = await parseOne("create table l partition of p for values in ('a') tablespace fast")
    await expect(deparse(node)).rejects.toMatchObject({ code: 'INTERNAL' })
  })
})
