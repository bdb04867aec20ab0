import postgres from 'postgres'
import { afterAll, describe, expect, it } from 'vitest'
import { readCatalog } from '../../../src/catalog/index.ts'
import { targetUrl } from '../../../src/db/index.ts'
import { diff } from '../../../src/diff/index.ts'
import { testDatabase } from '../../support/index.ts'

const notices: string[] = []
const target = testDatabase()
const sql = postgres(targetUrl(target), {
  max: 1,
  onnotice: ({ message }) => {
    if (message !== undefined) notices.push(message)
  },
  connection: { TimeZone: 'UTC' },
})
afterAll(() => sql.end({ timeout: 5 }))

const part = (columns: string, key: string, bound: string) => ({
  from: `create table p (${columns}) partition by ${key}; create table t (${columns});`,
  to: `create table p (${columns}) partition by ${key}; create table t partition of p for values ${bound};`,
})

describe('the server takes the CHECK for proof of the bound, and reads nothing', () => {
  it.each([
    ['range of timestamps', part('a timestamptz', 'range (a)', `from ('2025-01-01') to ('2025-02-01')`)],
    ['range of bigint', part('a bigint', 'range (a)', 'from (-5) to (10000000000)')],
    ['range without an end', part('a int', 'range (a)', 'from (5) to (maxvalue)')],
    [
      'range over two columns',
      part('a int, b date', 'range (a, b)', `from (1, '2025-01-01') to (3, minvalue)`),
    ],
    ['range whose start is the same', part('a int, b int', 'range (a, b)', 'from (1, 2) to (1, 9)')],
    ['range of text', part('a text', 'range (a)', `from ('a') to ('n')`)],
    ['list', part('a text', 'list (a)', `in ('x', 'it''s')`)],
    ['list of one', part('a varchar(9)', 'list (a)', `in ('x')`)],
    ['list with NULL', part('a text', 'list (a)', `in ('x', 'y', null)`)],
    ['list of NULL', part('a int', 'list (a)', 'in (null)')],
    ['list of booleans', part('a boolean', 'list (a)', 'in (true)')],
    ['list of integers', part('a smallint', 'list (a)', 'in (1, -2)')],
    ['an expression', part('a text', 'list (lower(a))', `in ('x')`)],
    [
      'a bound that grows',
      {
        from: 'create table p (a int) partition by range (a); create table t partition of p for values from (0) to (10);',
        to: 'create table p (a int) partition by range (a); create table t partition of p for values from (0) to (20);',
      },
    ],
    [
      'a bound that shrinks',
      {
        from: 'create table p (a int) partition by range (a); create table t partition of p for values from (0) to (20);',
        to: 'create table p (a int) partition by range (a); create table t partition of p for values from (0) to (10); create table u partition of p for values from (10) to (20);',
      },
    ],
    [
      'a bound of times, of text and of an expression that shrinks',
      {
        from: `create table p (a timestamptz, b varchar(9), "C x" text) partition by range (a, b, lower("C x")); create table t partition of p for values from ('2025-01-01', 'a', 'a') to ('2025-03-01', 'x', 'x');`,
        to: `create table p (a timestamptz, b varchar(9), "C x" text) partition by range (a, b, lower("C x")); create table t partition of p for values from ('2025-01-01', 'a', 'a') to ('2025-02-01', 'b', 'c'); create table u partition of p for values from ('2025-02-01', 'b', 'c') to ('2025-03-01', 'x', 'x');`,
      },
    ],
    [
      'a bound of text in a collation of its own that shrinks',
      {
        from: `create table p (a varchar(9) collate "C") partition by range (a); create table t partition of p for values from ('a') to ('m');`,
        to: `create table p (a varchar(9) collate "C") partition by range (a); create table t partition of p for values from ('a') to ('c'); create table u partition of p for values from ('c') to ('m');`,
      },
    ],
    [
      'a list that shrinks',
      {
        from: `create table p (a text) partition by list (a); create table t partition of p for values in ('x', 'it''s', null);`,
        to: `create table p (a text) partition by list (a); create table t partition of p for values in ('x', null); create table u partition of p for values in ('it''s');`,
      },
    ],
  ])('%s', async (_name, { from, to }) => {
    const goal = await stateOf(to)
    const { statements } = diff(await stateOf(from), goal)
    await sql.unsafe('set client_min_messages = debug1')
    let open = false
    for (const statement of statements) {
      if (open !== (statement.runs === 'transaction')) await sql.unsafe(open ? 'commit' : 'begin')
      open = statement.runs === 'transaction'
      notices.length = 0
      await sql.unsafe(statement.sql)
      if (statement.sql.includes('ATTACH PARTITION "public"."t"'))
        expect(notices).toContainEqual(
          expect.stringMatching(/partition constraint for table "t" is implied by existing constraints/),
        )
    }
    if (open) await sql.unsafe('commit')
    await sql.unsafe('reset client_min_messages')
    expect(statements.some((statement) => statement.sql.includes('ATTACH PARTITION'))).toBe(true)
  })
})

async function stateOf(text: string) {
  await sql.unsafe(`drop schema public cascade; create schema public; ${text}`)
  return readCatalog({ sql })
}
