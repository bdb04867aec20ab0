import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openPool, targetUrl } from '../../src/db/index.ts'
import { runCli, spawnCli, testDatabase, withProject } from '../support/index.ts'
import { until } from '../support/until.ts'

const target = testDatabase()
const TABLE = (
  type: string,
) => `create table t (id ${type} primary key, amount ${type} not null default 0 check (amount >= 0), note text);
create index t_amount on t (amount);`
const ROWS = 200_000

// The files of a user: two states, the plan between them as a migration, and the real program killed while it fills the column.
test('a type is changed beside, killed while it is filled, and goes on', async () => {
  const sql = openPool(target, { max: 2, applicationName: 'observer' })
  const env = { DATABASE_URL: targetUrl(target) }
  try {
    await withProject(async (cwd) => {
      const write = (name: string, text: string) => {
        mkdirSync(join(cwd, 'migrations', name), { recursive: true })
        writeFileSync(join(cwd, 'migrations', name, 'migration.sql'), text)
      }
      write('20250101000000_table', TABLE('int'))
      expect(await runCli(['migrate', 'up'], { cwd, env })).toMatchObject({ code: 0 })
      await sql.unsafe(
        `insert into t select i, i % 1000, md5(i::text) from generate_series(1, ${ROWS}) i; alter database ${target.database} set client_connection_check_interval = 10`,
      )
      writeFileSync(join(cwd, 'to.sql'), TABLE('bigint'))
      const plan = [
        'diff',
        '--from',
        'migrations',
        '--to',
        'to.sql',
        '--online-types',
        '--prove',
        '--out',
        'plan.sql',
      ]
      expect(await runCli(plan, { cwd, env })).toMatchObject({ code: 4 })
      write('20250102000000_bigger', readFileSync(join(cwd, 'plan.sql'), 'utf8'))

      const filled = async () => {
        const [row] = await sql.unsafe<{ count: number }[]>(
          `select count(*)::int from pg_attribute where attrelid = 't'::regclass and attname = 'amount__new'`,
        )
        if (row!.count === 0) return 0
        const [some] = await sql.unsafe<{ count: number }[]>('select count(amount__new)::int as count from t')
        return some!.count
      }
      const first = spawnCli(['migrate', 'up'], { cwd, env })
      await until('some of the rows are filled', async () => (await filled()) > 0)
      first.child.kill('SIGKILL')
      await first.result
      await until('its session is gone', async () => {
        const rows =
          await sql`select from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`
        return rows.length === 0
      })
      const before = await filled()
      expect(before).toBeGreaterThan(0)
      expect(before).toBeLessThan(ROWS)
      await sql.unsafe('insert into t values (0, 5)')

      expect(await runCli(['migrate', 'up'], { cwd, env })).toMatchObject({ code: 0 })
      const [now] = await sql.unsafe(
        `select count(*)::int as rows, sum(amount)::int as sum, pg_typeof(min(id))::text as id, pg_typeof(min(amount))::text as amount from t`,
      )
      const sum = (ROWS / 1000) * 499_500 + 5
      expect(now).toEqual({ rows: ROWS + 1, sum, id: 'bigint', amount: 'bigint' })
      expect(await runCli(['diff', '--from', 'database', '--to', 'to.sql'], { cwd, env })).toMatchObject({
        code: 0,
      })
    })
  } finally {
    await sql.end({ timeout: 5 })
  }
})
