import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Target, targetUrl, withDatabase } from '../../../src/db/index.ts'
import { runCli, testDatabase, withProject } from '../../support/index.ts'
import { contents, drizzleKit, install, put, SHOP } from './fixture.ts'

describe('a Drizzle project with a database that drizzle-kit made', () => {
  const database = testDatabase()
  const env = { DATABASE_URL: targetUrl(database) }

  test('is adopted as it is, and goes on with gigarow', async () => {
    await withProject(async (cwd) => {
      install(cwd, SHOP)
      drizzleKit(cwd, database, 'generate')
      drizzleKit(cwd, database, 'migrate')
      const before = contents(cwd)
      const gigarow = async (...args: string[]) => {
        const result = await runCli(args, { cwd, env })
        return { ...result, said: `${result.stdout}${result.stderr}` }
      }

      const scratch = ['--scratch', 'target']
      const dry = await gigarow('init', '--dry-run', '--no-baseline')
      expect(dry).toMatchObject({ code: 0 })
      expect(contents(cwd)).toEqual(before)

      const init = await gigarow('init', '--yes', ...scratch)
      expect(init.said).toContain('The database is what the declarations say.')
      expect(init).toMatchObject({ code: 0 })
      const after = contents(cwd)
      expect([...before].filter(([path, hash]) => after.get(path) !== hash)).toEqual([])
      const added = [...after.keys()].filter((path) => !before.has(path)).sort()
      expect(added.map((path) => path.replace(/\d{14}/, 'TIME'))).toEqual([
        'gigarow.config.ts',
        'gigarow/migrations/TIME_baseline/migration.sql',
      ])
      expect(readFileSync(join(cwd, 'gigarow.config.ts'), 'utf8')).not.toContain('postgres')

      expect((await gigarow('migrate', 'status')).said).toMatch(/_baseline +applied/)
      expect(await gigarow('drift', ...scratch)).toMatchObject({ code: 0 })
      expect(await gigarow('drift', '--to', 'schema', ...scratch)).toMatchObject({ code: 0 })
      expect((await gigarow('generate', ...scratch)).said).toContain('Nothing to do')
      expect((await gigarow('init', '--yes')).said).toContain('gigarow knows this database already')

      put(cwd, {
        'src/db/notes.table.ts': `import { integer, pgTable, text } from 'drizzle-orm/pg-core'
import { users } from './users.table'
export const notes = pgTable('notes', {
  noteId: integer().primaryKey(),
  writtenBy: integer().references(() => users.id),
  bodyText: text().notNull(),
})
`,
      })
      expect(await gigarow('generate', 'notes', ...scratch)).toMatchObject({ code: 0 })
      expect(await gigarow('migrate', 'up')).toMatchObject({ code: 0 })
      expect(await gigarow('drift', '--to', 'schema', ...scratch)).toMatchObject({ code: 0 })
      const columns = await withDatabase(database, { doing: 'looking' }, async ({ sql }) =>
        sql`select string_agg(attname, ' ' order by attnum) as names from pg_attribute
             where attrelid = 'notes'::regclass and attnum > 0`.then(([row]) => row?.names as string),
      )
      expect(columns).toBe('note_id written_by body_text')
    })
  })
})

describe('a project whose database holds more than it declares', () => {
  const database = testDatabase()

  test('hears what differs, keeps to its own tables, and finds nothing new in the files', async () => {
    await withProject(async (cwd) => {
      install(cwd, {
        'drizzle.config.mjs': `export default ${JSON.stringify({
          dialect: 'postgresql',
          schema: './app/{users,notes}.ts',
          tablesFilter: ['app_*', '!app_tmp'],
          migrations: { schema: 'public', table: 'done' },
          dbCredentials: { ...credentials(database), ssl: false },
        })}`,
        'app/users.ts': `import { integer, pgTable, text } from 'drizzle-orm/pg-core'
export const users = pgTable('app_users', { id: integer().primaryKey(), email: text().notNull() })
`,
        'app/notes.ts': `import { integer, pgTable } from 'drizzle-orm/pg-core'
export const notes = pgTable('app_notes', { id: integer().primaryKey() })
export { users } from './users.ts'
`,
        'seeds/main.ts': 'throw new Error("somebody else\u2019s script")',
      })
      await withDatabase(database, { doing: 'making tables' }, async ({ sql }) =>
        sql.unsafe(`
          create table app_users (id int primary key, email text);
          create table app_notes (id int primary key);
          create table app_tmp (id int);
          create table other (id serial primary key);
          create table done (id serial primary key, hash text);
          create extension citext;
          create function loud(what text) returns citext language sql as $$ select upper(what)::citext $$;
          create function touch() returns trigger language plpgsql as $$ begin return new; end $$;
          create trigger touched before update on app_users for each row execute function touch();
          create view app_names as select id, email || '\\' as "e\`mail" from app_users;
          grant select on app_users to pg_monitor;
          comment on function touch() is 'it''s touched';
        `),
      )
      const env = { USER: 'nobody' }
      const gigarow = (...args: string[]) => runCli([...args, '--scratch', 'target'], { cwd, env })
      const init = await gigarow('init', '--yes', '--json')
      expect(init).toMatchObject({ code: 0, stderr: '' })
      const found = JSON.parse(init.stdout)
      expect(
        found.differences.map(({ kind, object }: Record<string, string>) => `${kind} ${object}`),
      ).toEqual(['changed column app_users.email'])
      // What no declaration can be found for is declared, and no migration drops it.
      expect(found.undeclared).toEqual([
        'extension citext',
        'function loud(text)',
        'function touch()',
        'view app_names',
        'trigger touched on app_users',
        'GRANT SELECT ON TABLE public.app_users TO pg_monitor',
        'comment on ROUTINE public.touch()',
      ])
      expect(found.written).toContain('gigarow/objects.mjs')
      expect(found).toMatchObject({ left: [], baseline: expect.stringContaining('_baseline') })
      const written = readFileSync(join(cwd, 'migrations', found.baseline, 'migration.sql'), 'utf8')
      expect(written).toContain('app_users')
      expect(written).not.toMatch(/public\.other|app_tmp|done/)
      expect(readFileSync(join(cwd, 'gigarow.config.mjs'), 'utf8')).toContain("seeds: 'gigarow/seeds'")
      expect(await gigarow('drift')).toMatchObject({ code: 0 })
      const generated = await gigarow('generate', '--dry-run')
      expect(generated).toMatchObject({ code: 0, stderr: expect.stringContaining('proved') })
      expect(generated.stdout).toContain('app_users_email_not_null')
      expect(generated.stdout).not.toMatch(/touch|loud|citext|app_names|pg_monitor/)
      // What nobody declares any more goes only when that is allowed.
      writeFileSync(join(cwd, 'gigarow/objects.mjs'), 'export {}')
      const refused = await gigarow('generate')
      expect(refused.code).toBe(3)
      for (const danger of [
        'drop-routine:public.touch',
        'drop-trigger:public.app_users.touched',
        'drop-view:public.app_names',
        'revoke:public.app_users',
      ])
        expect(refused.stderr).toContain(`[${danger}]`)
      const dropped = await gigarow('generate', '--allow', 'drop')
      expect(dropped).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('DROP VIEW public.app_names'),
      })
    })
  })
})

describe('an empty folder', () => {
  const database = testDatabase()

  test('becomes a project whose next commands work', async () => {
    await withProject(async (cwd) => {
      install(cwd, {})
      const env = { DATABASE_URL: targetUrl(database) }
      const gigarow = async (...args: string[]) => {
        const { code, stdout, stderr } = await runCli(args, { cwd, env })
        return { code, said: code === 0 ? '' : `${stdout}${stderr}` }
      }
      const fine = { code: 0, said: '' }
      expect(await gigarow('init', '--yes')).toEqual(fine)
      expect(await gigarow('generate', '--scratch', 'target')).toEqual(fine)
      expect(await gigarow('migrate', 'up')).toEqual(fine)
      expect(await gigarow('seed', '--profile', 'events', '--rows', '1k')).toEqual(fine)
      const rows = await withDatabase(database, { doing: 'counting' }, async ({ sql }) =>
        sql`select count(*)::int as n from events`.then(([row]) => row?.n as number),
      )
      expect(rows).toBe(1000)
    })
  })
})

function credentials({ host, port, user, password, database, socketDir }: Target) {
  return { host: socketDir ?? host, port, user, database, ...(password === undefined ? {} : { password }) }
}
