import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { targetUrl } from '../../../src/db/index.ts'
import { adjustLeaves, type PolicyOf, scratchOn, withSource } from '../../../src/migrate/index.ts'
import { splitStatements } from '../../../src/sql/index.ts'
import { runCli, spawnCli, testDatabase } from '../../support/index.ts'
import { until } from '../../support/until.ts'
import { migrationsOn } from './fixture.ts'

const target = testDatabase()
const { observer, file } = migrationsOn(target)
const url = targetUrl({ ...target, password: target.password ?? 'a-secret-word' })

const FROM = `create table public.events (id int not null, at date not null) partition by range (at);
  create table public.events_1 partition of public.events for values from ('2025-01-01') to ('2025-02-01');
  insert into public.events values (1, '2025-01-05')`
const TO = `create table public.events (id int not null, at date not null, kind text) partition by range (at);
  create table public.events_1 partition of public.events for values from ('2025-01-01') to ('2025-02-01');
  create table public.events_2 partition of public.events for values from ('2025-02-01') to ('2025-03-01');
  create index events_id_idx on public.events (id);`

test('--apply: proved, carried out while the sessions in the way are named, no row lost, nothing left to do', async () => {
  await observer().unsafe(FROM)
  const to = file('to.sql', TO)
  const cwd = join(to, '..')
  const session = await observer().reserve()
  await session.unsafe('begin; lock table public.events in access share mode')
  const args = ['diff', '--from', url, '--to', 'to.sql', '--scratch', 'target']
  const { child, result } = spawnCli([...args, '--apply', '--yes', '--allow', 'lock'], { cwd })
  let said = ''
  child.stderr.on('data', (text: string) => {
    said += text
  })
  await until('the blocker is named', () => /waiting for a lock behind process \d+ \(observer/.test(said))
  await session.unsafe('rollback')
  session.release()
  const { code, stdout, stderr } = await result
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('proved') })
  if (target.password !== undefined) expect(stdout + stderr).not.toContain(target.password)
  expect(stdout).toContain('postgresql://')
  expect(await observer()`select id, kind from public.events`).toEqual([{ id: 1, kind: null }])
  const again = await runCli(args, { cwd })
  expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('No difference') })
})

test('--out writes what leads there when it is run as it stands', async () => {
  await observer().unsafe(FROM)
  const to = file('to.sql', TO)
  const cwd = join(to, '..')
  const args = ['diff', '--from', url, '--to', 'to.sql', '--scratch', 'target']
  expect(await runCli([...args, '--out', 'plan.sql'], { cwd })).toMatchObject({ code: 4 })
  const sql = observer()
  for (const { sql: text } of await splitStatements(readFileSync(join(cwd, 'plan.sql'), 'utf8')))
    await sql.unsafe(text)
  expect(await runCli(args, { cwd })).toMatchObject({ code: 0 })
})

test('partitions that a policy made or dropped since are made up for on the scratch database', async () => {
  const leaf = (month: number) =>
    `create table public.events_p2025_0${month} partition of public.events for values from ('2025-0${month}-01') to ('2025-0${month + 1}-01');`
  const parent = 'create table public.events (id int, at date not null) partition by range (at);'
  const policy: PolicyOf = {
    table: { schema: 'public', name: 'events' },
    every: '1 month',
    from: '2025-01-01',
    retain: '3 months',
  }
  await observer().unsafe(parent + leaf(3) + leaf(4) + leaf(5))
  const scratch = scratchOn(target)
  const source = {
    kind: 'statements',
    label: 'schema',
    statements: [parent, leaf(1), leaf(2), leaf(3), leaf(6)].map((s) => s.replace(/;$/, '')),
  } as const
  const leavesWith = (ahead: 'make' | 'leave') =>
    withSource({ kind: 'database', target, label: 'live' }, { scratch }, (like) => {
      const adjust = { policies: [policy], other: like.catalog, now: Date.parse('2025-05-10'), ahead }
      return withSource(source, { scratch, prepare: (db) => adjustLeaves(db, adjust) }, async ({ db }) => {
        const rows = await db.sql<
          { name: string }[]
        >`select inhrelid::regclass::text as name from pg_inherits order by 1`
        return rows.map(({ name }) => name.replace('events_p2025_0', ''))
      })
    })
  // 1 is older than three months; 2 is not, so that it is missing; 6 is to be made, or is time's matter.
  expect(await leavesWith('make')).toEqual(['2', '3', '4', '5', '6'])
  expect(await leavesWith('leave')).toEqual(['2', '3', '4', '5'])
})

test('a danger is allowed by rule and object, in the words of the refusal; what else is dangerous stays refused', async () => {
  await observer().unsafe(`create table public.t (id int, old text, other text);
    create table public."Odd.Name" (id int); insert into public."Odd.Name" values (1);
    create type public.mood as enum ('sad', 'ok'); create type public.size as enum ('s', 'm');
    create table public.people (m public.mood, s public.size)`)
  const to = file(
    'to.sql',
    `create table public.t (id int, other text);
     create type public.mood as enum ('ok'); create type public.size as enum ('s', 'm');
     create table public.people (m public.mood, s public.size)`,
  )
  const cwd = join(to, '..')
  const apply = (...allow: readonly string[]) =>
    runCli(
      [
        'diff',
        '--from',
        url,
        '--to',
        'to.sql',
        '--scratch',
        'target',
        '--apply',
        '--yes',
        '--no-prove',
        '--json',
      ].concat(allow.length > 0 ? ['--allow', allow.join(',')] : []),
      { cwd },
    )
  const loss = await apply('drop-column', 'drop-enum-value:public.size')
  expect(loss).toMatchObject({ code: 3, stdout: expect.stringContaining('drop-enum-value:public.mood') })
  const words = ['drop-column:public.t.old', 'drop-enum-value:mood', 'change-type:people.m']
  const refused = await apply(...words)
  expect(refused.code).toBe(3)
  const { error } = JSON.parse(refused.stdout) as { error: { facts: { allow: string[] }; hint: string } }
  expect(error.facts.allow).toEqual(['drop-table:public."Odd.Name"'])
  expect(error.hint).toContain(`--allow 'drop-table:public."Odd.Name"'`)
  expect(await observer()`select * from public."Odd.Name"`).toHaveLength(1)
  const done = await apply(...words, ...error.facts.allow)
  expect(done).toMatchObject({ code: 0 })
  const { statements } = JSON.parse(done.stdout) as { statements: { locks: { relation: unknown }[] }[] }
  expect(statements.flatMap(({ locks }) => locks.map(({ relation }) => relation))).toContainEqual({
    schema: 'public',
    name: 'Odd.Name',
  })
})
