import { afterAll, expect, test } from 'vitest'
import { LOCK_CLASS, LOCKS, openPool } from '../../../src/db/index.ts'
import { temporaryDir, testDatabase } from '../../support/index.ts'
import { fileIn, importInto, lines, resumeInto, type TestImport } from '../../support/ingest.ts'
import { BILLION_DDL, billionProfile, load, resumeLoad } from '../../support/load.ts'

const target = testDatabase()
const folder = temporaryDir()
const sql = openPool(target, { max: 1, applicationName: 'test' })
afterAll(() => sql.end({ timeout: 5 }))

const body = (from: number, count: number) =>
  `id,value,created_at\n${lines(count, (i) => `${from + i},x,2025-01-01`)}`
const run = (options: TestImport) => importInto(target, options)

test('a table whose keys a stopped load has taken away takes no rows until that load has ended', async () => {
  await sql.unsafe(BILLION_DDL)
  // An import that stopped before the load: it does not go on either.
  const first = fileIn(folder, 'first.csv', body(100_000, 2000))
  const stop = new AbortController()
  await expect(
    run({
      ...{ into: 'billion_rows', paths: [first], chunkBytes: 2048, jobs: 1, signal: stop.signal },
      emit: ({ type }) => {
        if (type === 'chunk.finished') stop.abort()
      },
    }),
  ).rejects.toMatchObject({ code: 'INTERRUPTED' })
  await sql`truncate billion_rows`

  const killed = new AbortController()
  await expect(
    load(target, billionProfile(20_000), {
      signal: killed.signal,
      emit: ({ type }) => {
        if (type === 'run.started') killed.abort()
      },
    }),
  ).rejects.toMatchObject({ code: 'INTERRUPTED' })
  expect(await sql`select from pg_constraint where conname = 'pk_id'`).toHaveLength(0)

  const next = { into: 'billion_rows', paths: [fileIn(folder, 'next.csv', body(200_000, 3))], abandon: true }
  const refused = {
    code: 'SEED_UNFINISHED',
    facts: { profile: 'billion', table: 'billion_rows' },
    hint: expect.stringContaining('gigarow seed --resume'),
  }
  await expect(run(next)).rejects.toMatchObject(refused)
  await expect(run({ ...next, duplicates: 'skip' })).rejects.toMatchObject(refused)
  await expect(resumeInto(target, 'billion_rows')).rejects.toMatchObject(refused)
  // Other tables are not concerned.
  await sql`create table other (like billion_rows)`
  expect(await run({ ...next, into: 'other' })).toMatchObject({ inserted: 3 })

  await resumeLoad(target)
  expect(await run(next)).toMatchObject({ inserted: 3 })
  await expect(run({ ...next, again: true, abandon: true })).rejects.toMatchObject({
    code: 'IMPORT_ROW_REFUSED',
    facts: { reason: expect.stringContaining('pk_id') },
  })
})

test('a partition of such a table takes none either', async () => {
  await sql.unsafe(`
    create table parted (id bigint not null, value text not null, created_at timestamp not null, primary key (id)) partition by range (id);
    create table parted_all partition of parted default;
    alter table parted drop constraint parted_pkey;
    insert into gigarow.seed_run (profile, seed, plan, filler, jobs) values ('halves', 1, '{"tables": []}', 'copy', 1);
    insert into gigarow.seed_dropped (run_id, ordinal, stage, kind, table_name, name, rebuild_sql)
      select max(id), 1, 0, 'constraint', '"public"."parted"', 'parted_pkey', '[]' from gigarow.seed_run;`)
  const paths = [fileIn(folder, 'parted.csv', body(0, 3))]
  await expect(run({ into: 'parted_all', paths })).rejects.toMatchObject({ code: 'SEED_UNFINISHED' })
  await expect(run({ into: 'parted', paths })).rejects.toMatchObject({ code: 'SEED_UNFINISHED' })
  // One that lives is to be waited for.
  await sql`select pg_advisory_lock(${LOCK_CLASS}, ${LOCKS.seed})`
  await expect(run({ into: 'parted', paths })).rejects.toMatchObject({
    code: 'IMPORT_BUSY',
    facts: { pid: expect.any(Number) },
  })
  await sql`select pg_advisory_unlock(${LOCK_CLASS}, ${LOCKS.seed})`
})

test('behind a stopped load that added rows nothing is offered that would delete the others', async () => {
  await sql`update gigarow.seed_run set plan = plan || '{"append": true}' where profile = 'halves'`
  const paths = [fileIn(folder, 'parted.csv', body(0, 3))]
  await expect(run({ into: 'parted', paths })).rejects.toMatchObject({
    code: 'SEED_UNFINISHED',
    hint: 'Finish it first: gigarow seed --resume.',
  })
})

test('a table that was made anew since the load has stopped takes rows', async () => {
  await sql.unsafe(`drop table parted;
    create table parted (id bigint not null, value text not null, created_at timestamp not null, constraint parted_pkey primary key (id))`)
  expect(await run({ into: 'parted', paths: [fileIn(folder, 'parted.csv', body(0, 3))] })).toMatchObject({
    inserted: 3,
  })
})
