import { afterAll, beforeEach, expect, test } from 'vitest'
import { readCatalog } from '../../../src/catalog/index.ts'
import { openPool } from '../../../src/db/index.ts'
import { diff } from '../../../src/diff/index.ts'
import { testDatabase } from '../../support/index.ts'

const target = testDatabase()
const sql = openPool(target, { max: 1, applicationName: 'plan' })
const writer = openPool(target, { max: 1, applicationName: 'writer' })
afterAll(() => Promise.all([sql.end({ timeout: 5 }), writer.end({ timeout: 5 })]))

const P = 'create table p (a int not null, b text) partition by range (a);'
const TWO = `${P} create table p1 partition of p for values from (0) to (100);
             create table p2 partition of p for values from (100) to (200);`
const ONE = `${P} create table p12 partition of p for values from (0) to (200);`

async function stateOf(text: string) {
  await sql.unsafe(`drop schema public cascade; create schema public; ${text}`)
  return readCatalog({ sql })
}

beforeEach(() => writer.unsafe("set lock_timeout = '200ms'"))

test.each([
  ['a merge', TWO, ONE, ['p1', 'p2']],
  ['a split', ONE, TWO, ['p12']],
])(
  'during %s nobody writes to a leaf by its own name: his row would stay in it',
  async (_, from, to, leaves) => {
    const goal = await stateOf(to)
    const { statements } = diff(await stateOf(from), goal)
    await sql.unsafe('insert into p select i, i::text from generate_series(0, 199) i')
    const firstMove = statements.findIndex((s) => /\bINSERT INTO\b/.test(s.sql))
    expect(firstMove).toBeGreaterThan(0)
    // Each statement that can run alone does; the move and all behind it are one transaction.
    let open = false
    for (const { sql: text, runs } of statements.slice(0, firstMove + 1)) {
      if (runs === 'transaction' && !open) await sql.unsafe('begin')
      if (runs === 'alone' && open) await sql.unsafe('commit')
      open = runs === 'transaction'
      await sql.unsafe(text)
    }
    for (const leaf of [...leaves, 'p'])
      await expect(
        writer.unsafe(`insert into ${leaf} values (${leaf === 'p2' ? 150 : 50})`),
      ).rejects.toMatchObject({
        code: '55P03',
      })
    for (const { sql: text } of statements.slice(firstMove + 1)) await sql.unsafe(text)
    await sql.unsafe('commit')
    const [row] = await sql`select count(*)::int as rows, count(distinct a)::int as keys from p`
    expect(row).toEqual({ rows: 200, keys: 200 })
    expect(diff(await readCatalog({ sql }), goal)).toMatchObject({ statements: [], refusals: [] })
  },
)
