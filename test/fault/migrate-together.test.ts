import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { targetUrl, withDatabase } from '../../src/db/index.ts'
import { runCli, testDatabase, withProject } from '../support/index.ts'

const target = testDatabase()
const [TABLE, INDEX] = ['20250101000000_table', '20250102000000_index']

test('20 processes at once: each migration is applied once, and all of them end well', async () => {
  await withProject(async (cwd) => {
    const write = (name: string, text: string) => {
      mkdirSync(join(cwd, 'migrations', name), { recursive: true })
      writeFileSync(join(cwd, 'migrations', name, 'migration.sql'), text)
    }
    write(TABLE!, 'create table t (id int); insert into t values (1);')
    write(INDEX!, 'create index concurrently t_id on t (id); insert into t values (2);')
    const env = { DATABASE_URL: targetUrl(target) }
    const results = await Promise.all(
      Array.from({ length: 20 }, () => runCli(['migrate', 'up', '--json'], { cwd, env })),
    )
    expect(results.filter(({ code }) => code !== 0)).toEqual([])
    const applied = results.map(({ stdout }) => (JSON.parse(stdout) as { applied: string[] }).applied)
    expect(applied.flat().sort()).toEqual([TABLE, INDEX])
    expect(applied.filter((names) => names.length === 0).length).toBeGreaterThanOrEqual(18)
    const late = await runCli(['migrate', 'up'], { cwd, env })
    expect(late.stdout).toBe('Nothing to do: every migration is applied.\n')
    await withDatabase(target, { doing: 'looking' }, async ({ sql }) => {
      expect((await sql`select id from t order by id`).map(({ id }) => id)).toEqual([1, 2])
    })
  })
})
