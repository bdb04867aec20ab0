import { afterAll, beforeAll, expect, test } from 'vitest'
import { readCatalog } from '../../../src/catalog/index.ts'
import { openPool } from '../../../src/db/index.ts'
import { diff, type PlanStatement } from '../../../src/diff/index.ts'
import { testDatabase } from '../../support/index.ts'

const target = testDatabase()
const sql = openPool(target, { max: 1, applicationName: 'plan' })
afterAll(() => sql.end({ timeout: 5 }))

let major: number
beforeAll(async () => {
  major = (await readCatalog({ sql })).major
})

async function stateOf(text: string) {
  await sql.unsafe(`drop schema public cascade; create schema public; ${text}`)
  return readCatalog({ sql })
}

function groupsOf(statements: readonly PlanStatement[]): readonly (readonly PlanStatement[])[] {
  const groups: PlanStatement[][] = []
  for (const one of statements) {
    const last = groups.at(-1)
    if (one.runs === 'transaction' && last?.[0]?.runs === 'transaction') last.push(one)
    else groups.push([one])
  }
  return groups
}

async function runGroup(group: readonly PlanStatement[]) {
  if (group[0]!.runs === 'alone') return void (await sql.unsafe(group[0]!.sql))
  await sql.begin(async (tx) => {
    for (const { sql: text } of group) await tx.unsafe(text)
  })
}

async function planTo(goal: Awaited<ReturnType<typeof stateOf>>) {
  const { statements, refusals } = diff(await readCatalog({ sql }), goal)
  expect(refusals).toEqual([])
  return statements
}

const P =
  'create table p (id bigint not null generated always as identity, a int not null, constraint ck check (id > 0)) partition by range (a);'
const T =
  'create table t (id bigint generated always as identity (start 500), a int not null, constraint ck check (id > 0) no inherit);'
const ATTACHED = `${P} create table t partition of p for values from (0) to (100); create index on p (a);`

test('rows are written to a table at every moment of its being attached, and its rules hold', async () => {
  if (major < 17) return
  const goal = await stateOf(ATTACHED)
  await stateOf(
    `${P + T} create index on p (a); insert into p (a) select 1 where false; insert into t (a) values (1), (2)`,
  )
  const groups = groupsOf(await planTo(goal))
  expect(groups.length).toBeGreaterThan(2)
  for (const group of groups) {
    await runGroup(group)
    await sql`insert into t (a) values (3)`
    await expect(sql`insert into t (id, a) overriding system value values (-1, 3)`).rejects.toMatchObject({
      code: '23514',
    })
  }
  await sql`insert into p (a) values (4)`
  const ids = (await sql<{ id: string }[]>`select id from t order by id`).map(({ id }) => Number(id))
  expect(ids).toEqual(ids.map((_, i) => 500 + i))
  expect(await planTo(goal)).toEqual([])
})

test.each([
  [
    'an attached table',
    'create table p (a timestamptz not null, b text) partition by range (a);',
    `create table t (a timestamptz not null, b text); insert into t values ('2025-01-02', '')`,
    `create table t partition of p for values from ('2025-01-01') to ('2025-02-01'); create index on p (b);`,
  ],
  [
    'an attached table of a list',
    'create table p (a text, b text) partition by list (a);',
    `create table t (a text, b text); insert into t values ('x', '')`,
    `create table t partition of p for values in ('x', 'it''s', null); create index on p (b);`,
  ],
  [
    'a table that becomes the default partition',
    "create table p (a varchar(9) not null, b numeric not null) partition by range (a, b); create table q partition of p for values from ('a', 1) to ('b', 2.5);",
    `create table t (a varchar(9) not null, b numeric not null); insert into t values ('x', 1)`,
    'create table t partition of p default; create index on p (b);',
  ],
  [
    'a partition that gives rows away',
    'create table p (a int not null) partition by range (a);',
    'create table t partition of p for values from (0) to (100); insert into p values (1), (99)',
    'create table t partition of p for values from (0) to (50); create table u partition of p for values from (50) to (100);',
  ],
])('what an interrupted run has proven of %s is not read again', async (_, parent, before, after) => {
  const goal = await stateOf(parent + after)
  await stateOf(parent + before)
  const isProof = ({ sql: text }: PlanStatement) =>
    /^ALTER TABLE .*(gigarow_bound" CHECK|VALIDATE CONSTRAINT)/.test(text)
  const groups = groupsOf(await planTo(goal))
  const done = groups.findIndex(([first]) => first!.sql.includes('VALIDATE CONSTRAINT "gigarow_bound"'))
  // Also where it was not proven yet.
  for (const group of groups.slice(0, done)) await runGroup(group)
  expect((await planTo(goal)).filter(isProof).map((one) => one.sql)).toEqual([
    'ALTER TABLE "public"."t" VALIDATE CONSTRAINT "gigarow_bound"',
  ])
  await runGroup(groups[done]!)
  const rest = await planTo(goal)
  expect(rest.filter(isProof)).toEqual([])
  for (const group of groupsOf(rest)) await runGroup(group)
  expect(await planTo(goal)).toEqual([])
})
