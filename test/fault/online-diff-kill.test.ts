import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openPool, targetUrl } from '../../src/db/index.ts'
import { runCli, spawnCli, testDatabase, withProject } from '../support/index.ts'
import { until } from '../support/until.ts'

const target = testDatabase()
const TABLE = (type: string) => `
  create table t (id ${type} primary key, amount ${type} not null default 0 check (amount >= 0), note text);
  create index t_amount on t (amount); create view v as select id, amount from t;`
const ROWS = 2000
const DIFF = ['diff', '--to', 'to.sql', '--online-types', '--apply', '--yes']

test('a change of types by diff --apply, killed at one statement after the other, goes on when it is run again', async () => {
  const sql = openPool(target, { max: 1, applicationName: 'observer' })
  const env = { DATABASE_URL: targetUrl(target) }
  const alone = () =>
    until('its session is gone', async () => {
      const rows =
        await sql`select from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`
      return rows.length === 0
    })
  try {
    await withProject(async (cwd) => {
      writeFileSync(join(cwd, 'to.sql'), TABLE('bigint'))
      let at = 1
      for (let isOver = false; !isOver; at += 3) {
        await sql.unsafe(
          `drop schema public cascade; create schema public; ${TABLE('int')} insert into t select i, i % 1000 from generate_series(1, ${ROWS}) i`,
        )
        const run = spawnCli([...DIFF, '--no-prove'], { cwd, env })
        run.child.stderr!.on('data', (text: Buffer) => {
          if (text.toString().includes(`  ${at} of `)) run.child.kill('SIGKILL')
        })
        isOver = (await run.result).code === 0
        await alone()
        // The proof sees what was left, and that no value of it is missed.
        const second = await runCli(at === 7 ? DIFF : [...DIFF, '--no-prove'], { cwd, env })
        expect(second, `killed at statement ${at}`).toMatchObject({ code: 0 })
        const [now] = await sql.unsafe(
          'select count(*)::int as rows, sum(amount)::int as sum, pg_typeof(min(id))::text as id, pg_typeof(min(amount))::text as amount from v',
        )
        expect(now).toEqual({ rows: ROWS, sum: (ROWS / 1000) * 499_500, id: 'bigint', amount: 'bigint' })
      }
      expect(at).toBeGreaterThan(15)
      expect(await runCli(['diff', '--to', 'to.sql'], { cwd, env })).toMatchObject({ code: 0 })
    })
  } finally {
    await sql.end({ timeout: 5 })
  }
})
