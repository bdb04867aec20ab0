import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { targetUrl, withDatabase } from '../../../src/db/index.ts'
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
        'gigarow/migrations/TIME_baseline/snapshot.json',
      ])
      expect(readFileSync(join(cwd, 'gigarow.config.ts'), 'utf8')).not.toContain('postgres')

      expect((await gigarow('migrate', 'status')).said).toMatch(/_baseline +applied/)
      expect(await gigarow('drift', ...scratch)).toMatchObject({ code: 0 })
      expect(await gigarow('drift', '--to', 'schema', ...scratch)).toMatchObject({ code: 0 })
      expect(await gigarow('verify', '--scratch-url', targetUrl(database))).toMatchObject({ code: 0 })
      expect((await gigarow('generate')).said).toContain('Nothing to do')
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
      expect(await gigarow('generate', 'notes')).toMatchObject({ code: 0 })
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
