import { afterAll, beforeAll, expect, test } from 'vitest'
import { readCatalog } from '../../../src/catalog/index.ts'
import { openPool } from '../../../src/db/index.ts'
import { diff } from '../../../src/diff/index.ts'
import { applyPlan, testDatabase } from '../../support/index.ts'

const target = testDatabase()
const sql = openPool(target, { max: 1, applicationName: 'owners' })
const [OWNER, OTHER] = ['owner', 'other'].map((name) => `${name} of ${target.database}`) as [string, string]

beforeAll(async () => {
  for (const role of [OWNER, OTHER]) await sql`create role ${sql(role)}`
})
afterAll(async () => {
  for (const role of [OWNER, OTHER]) {
    await sql`drop owned by ${sql(role)} cascade`
    await sql`drop role ${sql(role)}`
  }
  await sql.end({ timeout: 5 })
})

async function stateOf(text: string) {
  await sql.unsafe(`drop schema public cascade; create schema public; ${text}`)
  return readCatalog({ sql })
}

async function ownerOf(name: string, from = 'pg_class', column = 'rel') {
  const [row] = await sql.unsafe(
    `select pg_get_userbyid(${column}owner) as owner from ${from} where ${column}name = '${name}' and ${column}namespace = 'public'::regnamespace`,
  )
  return row?.owner as string
}

const own = (what: string, role = OWNER) => `alter ${what} owner to "${role}";`

test('what is made anew belongs to whom it belonged, and a new partition to whom its parent does', async () => {
  const TREE = `create table p (id int, ts date) partition by range (ts);
    create table p1 partition of p for values from ('2025-01-01') to ('2026-01-01');`
  const goal = await stateOf(
    `create table t (id int primary key, v int); create view vw as select id, v from t;
     create materialized view mv as select id, 1 as n from t; create unique index on mv (id);
     create function f(a int) returns bigint language sql security definer as 'select a::bigint';
     create type mood as enum ('b'); create domain d as int; create table o (id serial, m mood, d d);
     ${TREE} create table p2 partition of p for values from ('2026-01-01') to ('2027-01-01') partition by list (id);
     create table p2a partition of p2 for values in (1);`,
  )
  await stateOf(
    `create table t (id int primary key, v varchar(10)); create view vw as select id, v from t; ${own('view vw')}
     create materialized view mv as select id from t; create unique index on mv (id); ${own('materialized view mv')}
     create function f(a int) returns int language sql security definer as 'select a'; ${own('function f(int)')}
     create type mood as enum ('a', 'b'); ${own('type mood')} create domain d as int; ${own('domain d', OTHER)}
     create table o (id int, m mood, d d); ${own('table o')}
     ${TREE} ${own('table p') + own('table p1')}`,
  )
  const options = { allowValueLoss: [...goal.objects.keys()].filter((key) => key.startsWith('enum ')) }
  const { statements, refusals } = diff(await readCatalog({ sql }), goal, options)
  expect(refusals).toEqual([])
  await applyPlan(sql, statements)
  const relations = ['vw', 'mv', 'p2', 'p2a', 'p1', 'o', 'o_id_seq']
  expect(await Promise.all(relations.map((name) => ownerOf(name)))).toEqual(relations.map(() => OWNER))
  expect(await ownerOf('f', 'pg_proc', 'pro')).toBe(OWNER)
  expect(await ownerOf('mood', 'pg_type', 'typ')).toBe(OWNER)
  expect(await ownerOf('d', 'pg_type', 'typ')).toBe(OTHER)
  expect(diff(await readCatalog({ sql }), goal)).toEqual({ statements: [], refusals: [] })
})

test('an owner is changed where both sides name one', async () => {
  const T = 'create table t (id serial);'
  const [mine, his] = [await stateOf(T), await stateOf(T + own('table t', OTHER))]
  const start = await stateOf(T + own('table t'))
  expect(diff(start, mine).statements).toEqual([])
  expect(diff(mine, his).statements).toEqual([])
  const { statements } = diff(start, his)
  expect(statements.map((one) => [one.sql, one.locks])).toEqual([
    [`ALTER TABLE "public"."t" OWNER TO "${OTHER}"`, [{ relation: 't', mode: 'ACCESS EXCLUSIVE' }]],
  ])
  await applyPlan(sql, statements)
  expect([await ownerOf('t'), await ownerOf('t_id_seq')]).toEqual([OTHER, OTHER])
  expect(diff(await readCatalog({ sql }), his).statements).toEqual([])
})
