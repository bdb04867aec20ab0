import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import billion from '../../../seeds/billion.ts'
import energy from '../../../seeds/energy.ts'
import events from '../../../seeds/events.ts'
import platform from '../../../seeds/platform.ts'
import simulation from '../../../seeds/simulation.ts'
import { type Target, withDatabase } from '../../../src/db/index.ts'
import { type Profile, type SeedEvent, scaleProfile } from '../../../src/seed/index.ts'
import { testDatabase } from '../../support/index.ts'
import { load, structureOf } from '../../support/load.ts'

// Loads by roles that are no superusers and are members of nothing.

const admin = testDatabase()
const id = randomUUID().slice(0, 8)
const [owner, writer] = [`owner_${id}`, `writer_${id}`]
const as = (user: string): Target => ({ ...admin, user, password: 'secret' })
const SCHEMAS = ['public', 'warehouse', 'staging', 'monitoring']
const PROFILES = [billion, events, simulation, platform, energy]

const run = (target: Target, statements: string) =>
  withDatabase(target, { doing: 'testing', max: 1 }, ({ sql }) => sql.unsafe(statements).simple())
const query = <T extends object>(statement: string) =>
  withDatabase(admin, { doing: 'testing', max: 1 }, async ({ sql }) => [
    ...(await sql.unsafe<T[]>(statement)),
  ])
const structure = () =>
  withDatabase(admin, { doing: 'testing', max: 1 }, ({ sql }) => structureOf(sql, SCHEMAS))

const migrations = () => {
  const folder = new URL('../../../migrations/', import.meta.url)
  return readdirSync(folder)
    .sort()
    .map((name) => readFileSync(new URL(`${name}/migration.sql`, folder), 'utf8'))
}

beforeEach(async () => {
  await run(
    admin,
    `create role ${owner} login password 'secret'; create role ${writer} login password 'secret';
     create schema if not exists public; grant create, usage on schema public to ${owner};
     grant create on database "${admin.database}" to ${owner}`,
  )
  for (const migration of migrations()) await run(as(owner), migration)
})

afterEach(() => run(admin, GONE))
afterAll(() => run(admin, GONE).catch(() => {}))
const GONE = `drop schema if exists gigarow, public, warehouse, staging, monitoring cascade;
  do $$ declare r name; begin
    for r in select rolname from pg_roles where rolname in ('${owner}', '${writer}') loop
      execute format('drop owned by %I cascade', r); execute format('drop role %I', r);
    end loop; end $$`

async function loadAs(user: string, profile: Profile, options: Parameters<typeof load>[2] = {}) {
  const said: string[] = []
  const emit = (event: SeedEvent) => {
    if (event.type === 'notice') said.push(event.message)
  }
  const report = await load(as(user), profile, { ...options, emit, chunkRows: 1500 })
  return { report, said }
}

/** Every table of the profile is full, and everything on it is as before. */
async function loadsAll(user: string, options: Parameters<typeof load>[2]) {
  const before = await structure()
  const all: string[] = []
  for (const whole of PROFILES) {
    const profile = scaleProfile(whole, { rows: 1000 })
    const { report, said } = await loadAs(user, profile, options)
    expect(report.tables.map(({ rows }) => rows)).toEqual(profile.tables.map(({ rows }) => rows))
    all.push(...said)
  }
  expect(await structure()).toEqual(before)
  return all
}

describe('the owner of the tables, who is nothing else', () => {
  test('loads all profiles as a superuser does, by both fillers', async () => {
    const said = await loadsAll(owner, { filler: 'copy' })
    expect(said.filter((message) => !message.includes(' is loaded '))).toEqual([])
    await loadsAll(owner, { filler: 'sql', truncate: true })
  })

  test('who may not create in the schema keeps the indexes that he could not build again, and is told', async () => {
    await run(admin, `revoke create on schema public from ${owner}, public`)
    const before = await structure()
    const { said } = await loadAs(owner, scaleProfile(billion, { rows: 3000 }))
    expect(said).toEqual([expect.stringMatching(/pk_id.* of billion_rows stay.*CREATE on schema public/)])
    expect(await structure()).toEqual(before)
  })

  test('who may not refer to another table keeps the foreign key that he could not bring back', async () => {
    const other = `other_${id}`
    await run(
      admin,
      `create table ${other} (id bigint primary key); insert into ${other} values (1);
       grant select, references on ${other} to ${owner};
       create table pointing (id bigint primary key, at bigint not null references ${other}); alter table pointing owner to ${owner};
       revoke references on ${other} from ${owner}`,
    )
    const profile: Profile = {
      name: 'pointing',
      seed: 1,
      tables: [
        {
          table: { schema: 'public', name: 'pointing' },
          rows: 100,
          columns: [
            { name: 'id', type: 'bigint', generator: { kind: 'sequence' } },
            { name: 'at', type: 'bigint', generator: { kind: 'int', min: 1, max: 1 } },
          ],
        },
      ],
    }
    const before = await structure()
    const { said } = await loadAs(owner, profile)
    expect(said).toEqual([expect.stringMatching(/pointing_at_fkey of pointing stays.*REFERENCES/)])
    expect(await structure()).toEqual(before)
  })
})

test('a table that somebody else’s points at is not emptied, and keeps everything', async () => {
  await run(admin, `create table outside (id bigint references billion_rows)`)
  const profile = scaleProfile(billion, { rows: 1000 })
  await loadAs(owner, profile)
  const before = await structure()
  const refused = (message: string) =>
    expect(loadAs(owner, profile, { truncate: true })).rejects.toMatchObject({
      code: 'SEED_REFERENCED',
      message: expect.stringContaining(message),
    })
  await refused('outside points at it')
  await run(admin, `grant select on outside to ${owner}`)
  await refused('"outside" references "billion_rows"')
  expect(await structure()).toEqual(before)
})

describe('a role that may only read and write', () => {
  const grant = (rights: string, on: string) =>
    SCHEMAS.map((schema) => `grant usage on schema ${schema} to ${writer};`).join('') +
    `grant create on database "${admin.database}" to ${writer};` +
    `do $$ declare t regclass; begin
       for t in select oid from pg_class where relkind in ('r', 'p') and relnamespace::regnamespace::text in ('${SCHEMAS.join("', '")}') and ${on} loop
         execute format('grant ${rights} on %s to ${writer}', t);
       end loop; end $$`

  test.each([
    ['all tables', 'true'],
    ['parents alone', 'not relispartition'],
  ])(
    'loads all profiles with the indexes in place, and is told what is left to others: %s',
    async (_name, on) => {
      await run(admin, grant('select, insert', on))
      const said = await loadsAll(writer, { filler: on === 'true' ? 'copy' : 'sql' })
      expect(said).toContainEqual(
        expect.stringMatching(
          /^emails_user_id.* of emails stay during the load, which will be slower: it belongs to owner_/,
        ),
      )
      expect(said).toContainEqual(expect.stringMatching(/^emails is not vacuumed .* owner_\w+ to do/))
      expect(said).toContainEqual(expect.stringMatching(/^The sequence of billion_rows\.id stays/))
    },
  )

  test('loads children that are listed before their parents', async () => {
    await run(admin, grant('select, insert', 'true'))
    const { tables, ...rest } = scaleProfile(simulation, { rows: 3000 })
    const { report } = await loadAs(writer, { ...rest, tables: [...tables].reverse() })
    expect(report.rows).toBe(7500)
  })

  test('has triggers fire that only the owner of the table could have off, and is told', async () => {
    await run(admin, grant('select, insert', 'true'))
    await run(
      as(owner),
      `create table public.heard (n bigint); grant insert on public.heard to ${writer};
       create function public.hear() returns trigger language plpgsql as 'begin insert into public.heard values (1); return new; end';
       create trigger hearing before insert on public.billion_rows for each row execute function public.hear()`,
    )
    const profile = scaleProfile(billion, { rows: 1000 })
    const { said } = await loadAs(writer, profile, { withoutTriggers: true })
    expect(said).toContainEqual(
      expect.stringMatching(
        /^Trigger hearing of billion_rows fires .* only the owner of the table has it off/,
      ),
    )
    const [row] = await query<{ fired: number }>('select count(*)::int as fired from public.heard')
    expect(row?.fired).toBe(1000)
  })

  test('empties what it may empty, where sequences go on', async () => {
    await run(admin, grant('select, insert, truncate', 'true'))
    await loadAs(writer, scaleProfile(billion, { rows: 3000 }))
    const { report } = await loadAs(writer, scaleProfile(billion, { rows: 2000 }), { truncate: true })
    expect(report.rows).toBe(2000)
  })

  test('is refused with every grant that is missing, before anything is there', async () => {
    await run(
      admin,
      `revoke usage on schema public from public; grant create on database "${admin.database}" to ${writer}`,
    )
    await expect(
      loadAs(writer, scaleProfile(billion, { rows: 3000 }), { truncate: true }),
    ).rejects.toMatchObject({
      code: 'DB_NOT_ALLOWED',
      facts: {
        missing: [
          'USAGE ON SCHEMA "public"',
          'SELECT ON "public"."billion_rows"',
          'INSERT ON "public"."billion_rows"',
          'TRUNCATE ON "public"."billion_rows"',
        ],
      },
      hint: expect.stringContaining(`GRANT INSERT ON "public"."billion_rows" TO "${writer}";`),
    })
    expect(await query('select from gigarow.seed_run')).toEqual([])
  })

  test('is refused where policies apply to it', async () => {
    await run(admin, `${grant('select, insert', 'true')}; alter table billion_rows enable row level security`)
    await expect(loadAs(writer, scaleProfile(billion, { rows: 3000 }))).rejects.toMatchObject({
      code: 'DB_NOT_ALLOWED',
      message: expect.stringContaining('policies of billion_rows'),
    })
  })

  test('without a place for the ledger is told the GRANT, and nothing is there', async () => {
    await run(
      admin,
      `${grant('select, insert', 'true')}; revoke create on database "${admin.database}" from ${writer}`,
    )
    await expect(loadAs(writer, scaleProfile(billion, { rows: 3000 }))).rejects.toMatchObject({
      code: 'DB_NOT_ALLOWED',
      hint: expect.stringContaining(`GRANT CREATE ON DATABASE "${admin.database}" TO "${writer}"`),
    })
    expect(await query(`select from pg_namespace where nspname = 'gigarow'`)).toEqual([])
    expect(await query('select from billion_rows')).toEqual([])
  })

  test('with somebody else’s ledger is told the GRANTs, and they are enough', async () => {
    await run(
      admin,
      `${grant('select, insert', 'true')}; revoke create on database "${admin.database}" from ${writer}`,
    )
    await loadAs(owner, scaleProfile(energy, { rows: 100 }))
    const profile = scaleProfile(billion, { rows: 3000 })
    const refused = await loadAs(writer, profile).catch((error: { code: string; hint: string }) => error)
    expect(refused).toMatchObject({ code: 'DB_NOT_ALLOWED' })
    const [, grants] = /^Nothing was changed\. Have it allowed: (.*)$/.exec(
      (refused as { hint: string }).hint,
    )!
    await run(as(owner), grants!)
    const { report } = await loadAs(writer, profile)
    expect(report.rows).toBe(3000)
  })
})
