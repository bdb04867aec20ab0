import { afterAll, describe, expect, it } from 'vitest'
import { readCatalog } from '../../../src/catalog/index.ts'
import { openPool } from '../../../src/db/index.ts'
import { diff, LOCK_MODES, type Lock, type LockMode } from '../../../src/diff/index.ts'
import { testDatabase } from '../../support/index.ts'

const target = testDatabase()
const sql = openPool(target, { max: 1, applicationName: 'locks' })
afterAll(() => sql.end({ timeout: 5 }))

const P =
  'create table u (id bigint primary key); create table p (id bigint not null, a int not null, b text) partition by range (a);'
const P1 = 'create table p1 partition of p for values from (0) to (100);'
const P2 = 'create table p2 partition of p for values from (100) to (200);'
const REST = 'create table rest partition of p default;'
const T2 = 'create table p2 (id bigint not null, a int not null, b text);'
const F = 'alter table p add foreign key (id) references u (id);'

const PAIRS: readonly (readonly [string, string, string])[] = [
  ['a new partition', P + P1, P + P1 + P2],
  ['a new partition beside a default', P + P1 + REST, P + P1 + P2 + REST],
  ['a new partition of a table with a foreign key', P + F + P1, P + F + P1 + P2],
  ['a table that is attached', P + P1 + T2, P + P1 + P2],
  ['a table that is attached, with a foreign key', P + F + P1 + T2, P + F + P1 + P2],
  ['a detach beside a default', P + P1 + P2 + REST, P + P1 + T2 + REST],
  ['a dropped partition beside a default', P + F + P1 + P2 + REST, P + F + P1 + REST],
  ['a bound that grows', P + P1, `${P} create table p1 partition of p for values from (0) to (150);`],
  [
    'a split',
    P + P1,
    `${P} create table pa partition of p for values from (0) to (50); create table pb partition of p for values from (50) to (100);`,
  ],
  [
    'a split that leaves a part',
    P + P1,
    `${P} create table p1 partition of p for values from (0) to (50); create table pb partition of p for values from (50) to (100);`,
  ],
  [
    'a split of what has partitions itself',
    `${P} create table p1 partition of p for values from (0) to (100) partition by list (b); create table pl partition of p1 default;`,
    `${P} create table p1 partition of p for values from (0) to (50) partition by list (b); create table pl partition of p1 default;
     create table pb partition of p for values from (50) to (100);`,
  ],
  [
    'a bound that moves',
    P + P1 + P2,
    `${P} create table p1 partition of p for values from (0) to (50); create table p2 partition of p for values from (50) to (200);`,
  ],
  ['an index', P + P1 + P2, `${P + P1 + P2} create index i on p (b);`],
  ['an index that is dropped', `${P + P1 + P2} create index i on p (b);`, P + P1 + P2],
  ['a unique key', P + P1, `${P + P1} alter table p add unique (id, a);`],
  ['a CHECK', P + P1, `${P + P1} alter table p add check (a >= 0);`],
  ['a foreign key', P + P1, P + P1 + F],
  [
    'a foreign key that is made anew with its columns',
    P + F + P1 + P2,
    (P + F + P1 + P2).replaceAll('id bigint', 'id text'),
  ],
  ['a column', P + P1, `${P + P1} alter table p add c int;`],
  ['a column that goes', `${P + P1} alter table p add c int;`, P + P1],
  [
    'a column of a wider type',
    `${P + P1} alter table p add c varchar(9);`,
    `${P + P1} alter table p add c varchar(19);`,
  ],
  ['a default', P + P1, `${P + P1} alter table p alter b set default 'x';`],
  ['a default that goes', `${P + P1} alter table p alter b set default 'x';`, P + P1],
  ['NOT NULL', P + P1, `${P + P1} alter table p alter b set not null;`],
  ['NOT NULL that goes', `${P + P1} alter table p alter b set not null;`, P + P1],
  ['storage', P + P1, `${P + P1} alter table p alter b set storage external;`],
  ['column statistics', P + P1, `${P + P1} alter table p alter b set statistics 9;`],
  [
    'an index that is replaced',
    `${P + P1 + P2} create index i on p (b);`,
    `${P + P1 + P2} create index i on p (b, a);`,
  ],
  [
    'a CHECK that changes',
    `${P + P1} alter table p add constraint k check (a >= 0);`,
    `${P + P1} alter table p add constraint k check (a >= -1);`,
  ],
  ['a CHECK that goes', `${P + P1} alter table p add constraint k check (a >= 0);`, P + P1],
  ['a table that goes', P + P1 + F, P.replace(/create table p .*/, '')],
]

describe('the locks that a plan names are those that are taken', () => {
  it.each(PAIRS)('by %s', async (_name, from, to) => {
    const goal = await stateOf(to)
    const start = await stateOf(from)
    const before = new Set(await relations())
    try {
      let held: readonly Lock[] | undefined
      for (const { sql: text, runs, locks: named } of diff(start, goal).statements) {
        if (runs === 'alone' && held !== undefined) await sql.unsafe('commit')
        if (runs === 'transaction' && held === undefined) await sql.unsafe('begin')
        await sql.unsafe(text)
        if (runs === 'alone') held = undefined
        else {
          const now = (await locks()).filter(({ relation }) => before.has(relation))
          expect(differences(now, [...(held ?? []), ...named]), text).toEqual([])
          held = now
        }
      }
      if (held !== undefined) await sql.unsafe('commit')
    } finally {
      // A failure must not leave its transaction to the next.
      await sql.unsafe('rollback')
    }
  })
})

/** Who is named and not locked, or locked and not named; the locks of mere readers are not said. */
function differences(taken: readonly Lock[], named: readonly Lock[]): string[] {
  const here = new Set(taken.map(({ relation }) => relation))
  return [...here].flatMap((relation) => {
    const [real, said] = [strongest(taken, relation), strongest(named, relation)]
    if (real === said || Math.max(rank(real), rank(said)) <= rank('ACCESS SHARE')) return []
    return [`${relation}: ${real} is taken, ${said} named`]
  })
}

async function stateOf(text: string) {
  await sql.unsafe(`drop schema public cascade; create schema public; ${text}`)
  return readCatalog({ sql })
}

async function relations(): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')`
  return rows.map(({ name }) => name)
}

const MODES: Readonly<Record<string, LockMode>> = Object.fromEntries(
  LOCK_MODES.map((mode) => [
    `${mode.toLowerCase().replaceAll(/(^| )(\w)/g, (_m, _s, c: string) => c.toUpperCase())}Lock`,
    mode,
  ]),
)

async function locks(): Promise<Lock[]> {
  const rows = await sql<{ relation: string; mode: string }[]>`
    select c.relname as relation, l.mode from pg_locks l join pg_class c on c.oid = l.relation
     where l.pid = pg_backend_pid() and c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace`
  return rows.map(({ relation, mode }) => ({ relation, mode: MODES[mode]! }))
}

function strongest(all: readonly Lock[], relation: string): LockMode | undefined {
  return all
    .filter((lock) => lock.relation === relation)
    .map(({ mode }) => mode)
    .sort((a, b) => rank(b) - rank(a))[0]
}

function rank(mode: LockMode | undefined): number {
  return mode === undefined ? -1 : LOCK_MODES.indexOf(mode)
}
