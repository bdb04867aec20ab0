import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Sql, withDatabase } from '../../../src/db/index.ts'
import { ident } from '../../../src/kernel/index.ts'
import { type MigrationContext, type Source, scratchOn, withSource } from '../../../src/migrate/index.ts'
import { testDatabase, testMajor } from '../../support/index.ts'
import { errorOf, migrationsOn } from './fixture.ts'

const target = testDatabase()
const { project, observer, file } = migrationsOn(target)
const scratch = scratchOn(target, { makesRoles: true })

async function scratchDatabases(sql: Sql): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select datname as name from pg_database where datname like 'gigarow\\_scratch\\_%' order by 1`
  return rows.map(({ name }) => name)
}

test('a scratch database is empty, and is gone afterwards, also after an error', async () => {
  const names: string[] = []
  const look = async () =>
    scratch.withDatabase(async ({ sql, target: { database } }) => {
      names.push(database)
      expect(await sql`select from pg_class where relnamespace = 'public'::regnamespace`).toHaveLength(0)
      await sql.unsafe('create table public.left_over (id int)')
      throw new Error('stop')
    })
  await expect(look()).rejects.toThrow('stop')
  await expect(look()).rejects.toThrow('stop')
  expect(names[0]).not.toBe(names[1])
  const left = await scratchDatabases(observer())
  expect(left.filter((name) => names.includes(name))).toEqual([])
})

test('what a killed run has left is removed by the next one; what is young, in use or only looks alike stays', async () => {
  const sql = observer()
  const now = Math.floor(Date.now() / 1000)
  const old = `gigarow_scratch_${now - 3600}_00000001`
  const used = `gigarow_scratch_${now - 3600}_00000002`
  const young = `gigarow_scratch_${now - 30}_00000003`
  const other = 'gigarow_scratch_of_mine'
  const all = [old, used, young, other]
  try {
    for (const name of all) await sql.unsafe(`create database ${ident(name)} template template0`)
    await withDatabase({ ...target, database: used }, { doing: 'using it' }, () =>
      scratch.withDatabase(async () => {}),
    )
    const left = await scratchDatabases(sql)
    expect(all.filter((name) => left.includes(name))).toEqual([used, young, other])
  } finally {
    for (const name of all) await sql.unsafe(`drop database if exists ${ident(name)} with (force)`)
  }
})

test('a user without the right hears which right it is', async () => {
  const sql = observer()
  await sql.unsafe(`create role scratchless login password 'x'`)
  try {
    const poor = scratchOn({ ...target, user: 'scratchless', password: 'x' })
    const error = await errorOf(poor.withDatabase(async () => {}))
    expect(error).toMatchObject({ code: 'SCRATCH_UNUSABLE' })
    expect(error.hint).toContain('CREATEDB')
  } finally {
    await sql.unsafe('drop role scratchless')
  }
})

function files(path: string): Source {
  return { kind: 'files', files: [{ path, label: path }], label: path }
}

function keysOf(source: Source): Promise<string[]> {
  return withSource(source, { scratch }, async ({ catalog }) => [...catalog.objects.keys()])
}

test('a file becomes a catalog; roles that it names are made for the moment, what reaches beyond the database is left out', async () => {
  const path = file(
    'a.sql',
    `\\restrict abc
create role scratch_app login password 'secret';
create database scratch_other;
alter system set work_mem = '1MB';
create table public.t (id int);
alter table public.t owner to scratch_owner;
begin;
grant select on public.t to scratch_app;
commit;
\\unrestrict abc
`,
  )
  expect(await keysOf(files(path))).toContain('table "public"."t"')
  const sql = observer()
  expect(await sql`select from pg_roles where rolname like 'scratch%'`).toHaveLength(0)
  expect(await sql`select from pg_database where datname = 'scratch_other'`).toHaveLength(0)
  expect(await sql`select from pg_file_settings where name = 'work_mem'`).toHaveLength(0)
})

test('a statement that fails is marked in its file, with what the server says', async () => {
  const path = file(
    'a.sql',
    'create table public.t (id int);\n\nalter table public.t\n  add check (nope > 1);\n',
  )
  const error = await errorOf(keysOf(files(path)))
  expect(error.code).toBe('SOURCE_FAILED')
  expect(error.facts).toMatchObject({ file: path, reason: 'column "nope" does not exist', sqlstate: '42703' })
  expect(error.message).toContain('alter table public.t')
})

test('a syntax error shows file, line and caret, before a server is asked', async () => {
  const path = file('a.sql', 'create table public.t (id int);\ncreate tabel public.u (id int);\n')
  const nowhere = scratchOn({ ...target, port: 1 })
  const source = files(path)
  const error = await errorOf(withSource(source, { scratch: nowhere }, async () => {}))
  expect(error).toMatchObject({ code: 'SQL_SYNTAX', facts: { file: path, line: 2, column: 8 } })
  expect(error.message).toContain('\n         ^')
})

test('commands of psql and data for COPY are named, with the way out', async () => {
  const meta = file('meta.sql', 'create table public.t (id int);\n\\d public.t\n')
  expect(await errorOf(keysOf(files(meta)))).toMatchObject({
    code: 'SOURCE_INVALID',
    message: `${meta}:2: \\d is a command of psql, not SQL.`,
  })
  const data = file('data.sql', 'create table public.t (id int);\nCOPY public.t (id) FROM stdin;\n1\n\\.\n')
  expect(await errorOf(keysOf(files(data)))).toMatchObject({
    code: 'SOURCE_INVALID',
    message: `${data}:2 is a COPY that waits for data.`,
  })
  const none = `${data}.none`
  expect(await errorOf(keysOf(files(none)))).toMatchObject({
    code: 'SOURCE_INVALID',
  })
})

test('a migrations folder is replayed to its end, and leaves nothing in the database', async () => {
  const { folder } = project({
    '20250101000000_a': { up: 'create table public.a (id int); set search_path to nowhere;' },
    '20250102000000_b': { up: 'create index concurrently a_id on public.a (id);' },
    '20250103000000_c': { up: 'create table b (id int); alter table public.a add column at date;' },
  })
  const keys = await keysOf({ kind: 'migrations', folder, label: 'migrations' })
  expect(keys).toEqual(
    expect.arrayContaining(['index "public"."a_id"', 'table "public"."b"', 'column "public"."a"."at"']),
  )
  expect(await observer()`select from pg_class where relnamespace = 'public'::regnamespace`).toHaveLength(0)
})

test('a migration that is a program is replayed as well', async () => {
  const { folder } = project({ '20250101000000_a': { up: 'create table public.a (id int);' } })
  const load = async () => ({
    default: {
      up: async ({ sql }: MigrationContext) => void (await sql`alter table public.a add column made int`),
    },
  })
  mkdirSync(join(folder, '20250102000000_b'))
  writeFileSync(join(folder, '20250102000000_b', 'migration.ts'), 'export default {}')
  expect(await keysOf({ kind: 'migrations', folder, label: 'migrations', load })).toContain(
    'column "public"."a"."made"',
  )
})

test('two servers of different major versions are not compared; the message names the flags', async () => {
  const { major } = await withSource(
    { kind: 'database', target, label: 'here' },
    { scratch },
    async (s) => s.catalog,
  )
  expect(major).toBe(testMajor() ?? major)
  const like = { source: { kind: 'database', target, label: 'here' }, catalog: { major: major - 1 } } as never
  const error = await errorOf(
    withSource({ kind: 'statements', label: 'schema', statements: [] }, { scratch, like }, async () => {}),
  )
  expect(error.code).toBe('SCRATCH_UNUSABLE')
  expect(error.message).toContain(`Here runs on PostgreSQL ${major - 1}`)
  expect(error.hint).toMatch(/--scratch target.*--scratch-url/)
})
