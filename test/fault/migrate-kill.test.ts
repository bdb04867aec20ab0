import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openPool, type ReservedSql, type Sql, type Target, targetUrl } from '../../src/db/index.ts'
import { runCli, spawnCli, testDatabase, withProject } from '../support/index.ts'
import { until } from '../support/until.ts'

// An index of 12 leaves, built without keeping anybody out, and the real program killed at each of its steps.
const LEAVES = Array.from({ length: 12 }, (_, i) => `m${String(i + 1).padStart(2, '0')}`)
const NAME = '20250102000000_index'
const TABLES = `create table logs (id int not null) partition by range (id);
${LEAVES.map((leaf, i) => `create table ${leaf} partition of logs for values from (${i * 100}) to (${i * 100 + 100});`).join('\n')}
insert into logs select generate_series(0, 1199);`
const STEPS = [
  'create index logs_id on only logs (id)',
  ...LEAVES.map((leaf) => `create index concurrently ${leaf}_id on ${leaf} (id)`),
  ...LEAVES.map((leaf) => `alter index logs_id attach partition ${leaf}_id`),
]
const FIRST_ATTACH = STEPS.length - LEAVES.length + 1

const [atBoundaries, within] = [testDatabase(), testDatabase()]

interface Stage {
  readonly sql: Sql
  readonly up: () => ReturnType<typeof spawnCli>
}

/** A database with the table, and a project whose migration gives it the index. When `use` is done, so is the migration. */
async function onStage(target: Target, use: (stage: Stage) => Promise<void>): Promise<void> {
  const sql = openPool(target, { max: 4, applicationName: 'observer' })
  try {
    await withProject(async (cwd) => {
      write(cwd, '20250101000000_tables', TABLES)
      const env = { DATABASE_URL: targetUrl(target) }
      expect(await runCli(['migrate', 'up'], { cwd, env })).toMatchObject({ code: 0 })
      write(cwd, NAME, `${STEPS.join(';\n')};\n`)
      // As it is with a client that is gone: the server notices, and ends what it was about.
      await sql`select set_config('client_connection_check_interval', '10ms', false)`
      await sql.unsafe(
        `do $$ begin execute format('alter database %I set client_connection_check_interval = 10', current_database()); end $$`,
      )
      await use({ sql, up: () => spawnCli(['migrate', 'up'], { cwd, env }) })
      const last = await runCli(['migrate', 'up'], { cwd, env })
      expect(last).toMatchObject({ code: 0 })
      expect(await runCli(['migrate', 'up'], { cwd, env })).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('Nothing to do'),
      })
      await expectIndex(sql)
    })
  } finally {
    await sql.end({ timeout: 5 })
  }
}

function write(cwd: string, name: string, text: string): void {
  mkdirSync(join(cwd, 'migrations', name), { recursive: true })
  writeFileSync(join(cwd, 'migrations', name, 'migration.sql'), text)
}

async function expectIndex(sql: Sql): Promise<void> {
  const indexes = await sql`
    select c.relname as name, i.indisvalid and i.indisready as good, h.inhparent::regclass::text as parent
      from pg_index i join pg_class c on c.oid = i.indexrelid left join pg_inherits h on h.inhrelid = c.oid
     where c.relnamespace = 'public'::regnamespace order by 1`
  expect(indexes).toEqual([
    { name: 'logs_id', good: true, parent: null },
    ...LEAVES.map((leaf) => ({ name: `${leaf}_id`, good: true, parent: 'logs_id' })),
  ])
  const [state] = await sql`
    select (select count(*)::int from gigarow.migration where name = ${NAME}) as applied,
           (select count(*)::int from gigarow.migration_step) as steps, (select count(*)::int from logs) as rows`
  expect(state).toEqual({ applied: 1, steps: 0, rows: 1200 })
}

/** Somebody's open transaction, which the program has to wait for. */
async function hold(sql: Sql, ...statements: readonly string[]): Promise<() => Promise<void>> {
  const session: ReservedSql = await sql.reserve()
  await session.unsafe('begin')
  for (const statement of statements) await session.unsafe(statement)
  return async () => {
    await session.unsafe('rollback')
    session.release()
  }
}

const isWaiting = async (sql: Sql, like: string) =>
  (
    await sql`
      select from pg_stat_activity
       where datname = current_database() and query ilike ${like} and wait_event_type = 'Lock'`
  ).length > 0

/** Kills the program while it waits with this statement; back when the server has noticed. */
async function killAt(sql: Sql, running: ReturnType<typeof spawnCli>, like: string): Promise<void> {
  let ended = false
  void running.result.then(() => {
    ended = true
  })
  try {
    await until(`it waits with ${like}`, async () => ended || isWaiting(sql, like))
  } finally {
    running.child.kill('SIGKILL')
  }
  const { code, stderr } = await running.result
  expect({ code, said: code === null ? '' : stderr }).toEqual({ code: null, said: '' })
  await until('the server has noticed', async () => {
    const rows = await sql`
      select from pg_stat_activity where datname = current_database() and application_name = 'gigarow migrate'`
    return rows.length === 0
  })
}

const MARK = '%insert into gigarow.migration_step%'
const journalRow = (step: number) =>
  `insert into gigarow.migration_step (migration, direction, step, checksum) values ('${NAME}', 'up', ${step}, '')`

const stepsDone = async (sql: Sql): Promise<number> => {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int from gigarow.migration_step where done_at is not null`
  return row!.count
}

test.concurrent('killed at each boundary between two of its transactions, the next run goes on there', () =>
  onStage(atBoundaries, async ({ sql, up }) => {
    for (let step = 1; step <= FIRST_ATTACH; step++) {
      const release = await hold(sql, journalRow(step))
      await killAt(sql, up(), MARK)
      await release()
      expect(await stepsDone(sql)).toBe(step - 1)
    }
    // All of it is done but written down as done.
    const release = await hold(
      sql,
      `insert into gigarow.migration (name, ordinal, checksum, chain, duration_ms) values ('${NAME}', 99, '', '', 0)`,
    )
    await killAt(sql, up(), '%insert into gigarow.migration %')
    await release()
    expect(await stepsDone(sql)).toBe(STEPS.length)
  }))

test.concurrent('killed while each index is built, when it is built but not noted, and among the ATTACHes', () =>
  onStage(within, async ({ sql, up }) => {
    for (const [i, leaf] of LEAVES.entries()) {
      const step = i + 2
      const writer = await hold(sql, `lock table ${leaf} in row exclusive mode`)
      await killAt(sql, up(), `create index concurrently ${leaf}_id%`)
      const [left] =
        await sql`select indisvalid as valid from pg_index where indexrelid = ${`${leaf}_id`}::regclass`
      expect(left).toEqual({ valid: false })
      // Its row is there since the statement was begun: whoever holds it keeps it from being marked as done.
      const reader = await hold(
        sql,
        `select from gigarow.migration_step where migration = '${NAME}' and step = ${step} for share`,
      )
      await writer()
      await killAt(sql, up(), MARK)
      await reader()
      expect(await stepsDone(sql)).toBe(step - 1)
    }
    for (const leaf of [LEAVES[0]!, LEAVES[6]!, LEAVES[11]!]) {
      const writer = await hold(sql, `lock table ${leaf} in access exclusive mode`)
      await killAt(sql, up(), `alter index logs_id attach partition ${leaf}_id%`)
      await writer()
      const [row] = await sql`select count(*)::int from pg_inherits where inhparent = 'logs_id'::regclass`
      // The ATTACHes are one transaction.
      expect(row).toEqual({ count: 0 })
    }
  }))
