import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { targetUrl } from '../../../src/db/index.ts'
import { migrateDown, migrateUp } from '../../../src/migrate/index.ts'
import { testDatabase } from '../../support/index.ts'
import { errorOf, migrationsOn } from './fixture.ts'

const target = testDatabase()
const { project, observer } = migrationsOn(target)

const A = '20250101000000_a'
const B = '20250102000000_b'
const C = '20250103000000_c'
const table = (name: string) => ({
  up: `create table public.${name} (id int);`,
  down: `drop table public.${name};`,
})

async function tables(): Promise<string[]> {
  const rows = await observer()<{ name: string }[]>`
    select relname as name from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace order by 1`
  return rows.map((row) => row.name)
}

describe('up', () => {
  test('applies what is pending in the order of the names, and nothing the second time', async () => {
    const { up, status } = project({ [B]: table('b'), [A]: table('a') })
    expect(await status()).toEqual(['a pending', 'b pending'])
    expect((await up()).applied).toEqual([A, B])
    expect((await up()).applied).toEqual([])
    expect(await status()).toEqual(['a applied', 'b applied'])
    expect(await tables()).toEqual(['a', 'b'])
  })

  test('stops where --to and --step say', async () => {
    const { up } = project({ [A]: table('a'), [B]: table('b'), [C]: table('c') })
    expect((await up({ step: 1 })).applied).toEqual([A])
    expect((await up({ to: 'b' })).applied).toEqual([B])
    expect(await tables()).toEqual(['a', 'b'])
    expect((await errorOf(up({ to: 'nothing' }))).code).toBe('USAGE')
  })

  test('a dry run shows the SQL and leaves the database as it was', async () => {
    const { up } = project({ [A]: table('a') })
    const { applied, sql } = await up({ dryRun: true })
    expect(applied).toEqual([A])
    expect(sql[0]!.sql).toContain('create table public.a')
    const [row] = await observer()`select to_regnamespace('gigarow') as store`
    expect(row!.store).toBeNull()
  })

  test('20 at once apply once; the others wait and find nothing to do', async () => {
    const { up } = project({ [A]: table('a'), [B]: table('b') })
    const results = await Promise.all(Array.from({ length: 20 }, () => up()))
    expect(results.flatMap((r) => r.applied)).toEqual([A, B])
  })

  test('one that builds an index concurrently does not deadlock with others that wait', async () => {
    const { up } = project({
      [A]: table('a'),
      [B]: { up: 'create index concurrently a_id on public.a (id);' },
    })
    const results = await Promise.all(Array.from({ length: 6 }, () => up()))
    expect(results.flatMap((r) => r.applied)).toEqual([A, B])
  })

  test('a failing statement leaves nothing of its migration and keeps those before', async () => {
    const { up, status } = project({
      [A]: table('a'),
      [B]: { up: "create table public.b (id int);\n\n-- é\ninsert into public.b\n  values ('x', nope);\n" },
    })
    const error = await errorOf(up())
    expect(error.code).toBe('MIGRATION_FAILED')
    expect(error.facts).toMatchObject({ file: `migrations/${B}/migration.sql`, line: 5, column: 16 })
    expect(error.message).toContain("  values ('x', nope);\n")
    expect(error.message).toContain('column "nope" does not exist')
    expect(await tables()).toEqual(['a'])
    expect(await status()).toEqual(['a applied', 'b pending'])
  })

  test('a syntax error in a later file is found before anything runs', async () => {
    const { up } = project({ [A]: table('a'), [B]: { up: 'create tabel b ();' } })
    expect((await errorOf(up())).code).toBe('SQL_SYNTAX')
    expect(await tables()).toEqual([])
  })

  test('what a migration SETs does not reach the next one', async () => {
    const { up } = project({
      [A]: { up: 'create schema s; set search_path = s;' },
      [B]: { up: 'create table b (id int);' },
    })
    await up()
    expect(await tables()).toEqual(['b'])
    await observer()`drop schema s`
  })

  test('a migration may set a role that cannot write our ledger', async () => {
    const role = 'gigarow_test_no_ledger'
    const sql = observer()
    await sql.unsafe(
      `drop role if exists ${role}; create role ${role}; grant usage, create on schema public to ${role}`,
    )
    const { up, status } = project({
      [A]: { up: `set role ${role};\ncreate table public.a (id int);` },
      [B]: {
        up: `set role ${role};\ncreate table public.b (id int);\ncreate index concurrently b_id on public.b (id);`,
      },
      [C]: {
        up: 'create table public.c (who text default current_user); insert into public.c default values;',
      },
    })
    await up()
    expect(await status()).toEqual(['a applied', 'b applied', 'c applied'])
    const owners = await sql`
      select distinct pg_get_userbyid(relowner) as owner from pg_class where relname in ('a', 'b', 'b_id')`
    expect(owners).toEqual([{ owner: role }])
    const [row] = await sql`select who <> ${role} as back from public.c`
    expect(row).toEqual({ back: true })
    await sql.unsafe(`drop owned by ${role}; drop role ${role}`)
  })

  test('a COMMIT inside of a migration is refused', async () => {
    const { up } = project({ [A]: { up: 'create table public.a (id int); commit;' } })
    expect((await errorOf(up())).code).toBe('MIGRATION_INVALID')
  })
})

describe('the files and the ledger', () => {
  test('an edited file is named with what was expected and what was found', async () => {
    const { up, write, status } = project({ [A]: table('a') })
    await up()
    write({ [A]: { up: 'create table public.a (id bigint);' }, [B]: table('b') })
    const error = await errorOf(up())
    expect(error.code).toBe('MIGRATION_MODIFIED')
    expect(error.message).toContain(`migrations/${A}/migration.sql`)
    expect(error.message).toContain(String(error.facts.expected))
    expect(error.message).toContain(String(error.facts.found))
    expect(await status()).toEqual(['a modified', 'b pending'])
    expect(await tables()).toEqual(['a'])
  })

  test('other line ends are no edit', async () => {
    const { up, write, status } = project({ [A]: { up: 'create table public.a\n(id int);\n' } })
    await up()
    write({ [A]: { up: 'create table public.a\r\n(id int);\r\n' } })
    expect(await status()).toEqual(['a applied'])
  })

  test('an applied migration without a file is an error, up and down', async () => {
    const { up, down, remove, status } = project({ [A]: table('a'), [B]: table('b') })
    await up()
    remove(A)
    for (const error of [await errorOf(up()), await errorOf(down())]) {
      expect(error.code).toBe('MIGRATION_MISSING')
      expect(error.message).toContain(A)
    }
    expect(await status()).toEqual(['a missing', 'b applied'])
  })

  test('one that is older than an applied one is only applied when that is allowed', async () => {
    const { up, down, write } = project({ [B]: table('b') })
    await up()
    write({ [A]: table('a') })
    const error = await errorOf(up())
    expect(error).toMatchObject({ code: 'MIGRATION_OUT_OF_ORDER', exitCode: 3 })
    expect(error.message).toContain(A)
    expect((await up({ allowOutOfOrder: true })).applied).toEqual([A])
    // The last is the one applied last.
    expect((await down()).reverted).toEqual([A])
    expect((await up({ allowOutOfOrder: true })).applied).toEqual([A])
  })

  test('a row taken out of the ledger by hand is noticed', async () => {
    const { up } = project({ [A]: table('a'), [B]: table('b'), [C]: table('c') })
    await up()
    await observer()`delete from gigarow.migration where name = ${B}`
    expect((await errorOf(up({ allowOutOfOrder: true }))).code).toBe('MIGRATION_MODIFIED')
  })
})

describe('down', () => {
  test('takes back the last one, or as many as are asked for', async () => {
    const { up, down } = project({ [A]: table('a'), [B]: table('b'), [C]: table('c') })
    await up()
    expect((await down()).reverted).toEqual([C])
    expect((await down({ to: 'a' })).reverted).toEqual([B, A])
    expect((await down()).reverted).toEqual([])
    expect(await tables()).toEqual([])
  })

  test('refuses to drop rows, names the tables and changes nothing', async () => {
    const { up, down } = project({ [A]: table('a'), [B]: table('b') })
    await up()
    await observer()`insert into public.a values (1)`
    const error = await errorOf(down({ step: 2 }))
    expect(error).toMatchObject({ code: 'REFUSED', exitCode: 3, facts: { tables: ['a'] } })
    expect(await tables()).toEqual(['a', 'b'])
    expect((await down({ step: 2, allowDataLoss: true })).reverted).toEqual([B, A])
  })

  test('refuses to drop a column that holds something', async () => {
    const { up, down } = project({
      [A]: table('a'),
      [B]: {
        up: 'alter table public.a add column note text;',
        down: 'alter table public.a drop column note;',
      },
    })
    await up()
    const sql = observer()
    await sql`insert into public.a values (1)`
    await down()
    await up()
    await sql`update public.a set note = 'x'`
    expect((await errorOf(down())).facts.tables).toEqual(['a.note'])
  })

  test('sees rows in tables that search_path finds', async () => {
    const { up, down } = project({
      [A]: {
        up: 'create schema app; create table app.keep (id int);',
        down: 'set search_path to app;\ndrop table keep;',
      },
    })
    await up()
    await observer().unsafe('insert into app.keep values (1)')
    expect(await errorOf(down())).toMatchObject({ code: 'REFUSED', facts: { tables: ['app.keep'] } })
    await observer().unsafe('drop schema app cascade')
  })

  test('without a down.sql nothing is taken for taken back', async () => {
    const { up, down, status } = project({ [A]: { up: 'create table public.a (id int);' } })
    await up()
    expect((await errorOf(down())).code).toBe('MIGRATION_INVALID')
    expect(await status()).toEqual(['a applied'])
  })
})

test("the repository's own migrations make the tables of all models, and go away again", async () => {
  const options = {
    db: targetUrl(target),
    folder: fileURLToPath(new URL('../../../migrations', import.meta.url)),
  }
  await migrateUp(options)
  const models = ['billion_rows', 'emails', 'events', 'generation_data', 'phone_numbers', 'users']
  expect((await tables()).filter((name) => !/^events_p/.test(name))).toEqual(models)
  const sql = observer()
  for (const time of ['2025-01-01T00:00:00Z', '2025-12-31T23:59:59.999999Z', '2026-01-31T23:59:59Z']) {
    await sql`insert into public.events (user_id, event_type, event_time, payload) values (1, 'a', ${time}, '{}')`
  }
  const [row] =
    await sql`select count(distinct tableoid)::int as leaves, count(distinct id)::int as ids from events`
  expect(row).toEqual({ leaves: 3, ids: 3 })
  await sql`truncate public.events`
  expect((await migrateDown({ ...options, step: 3 })).reverted).toHaveLength(3)
  expect(await tables()).toEqual([])
})
