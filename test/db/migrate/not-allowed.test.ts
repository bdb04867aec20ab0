import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Target, targetUrl, withDatabase } from '../../../src/db/index.ts'
import { ident } from '../../../src/kernel/index.ts'
import { migrateUp } from '../../../src/migrate/index.ts'
import { testDatabase, withCluster } from '../../support/index.ts'
import { errorOf, migrationsOn } from './fixture.ts'

const target = testDatabase()
const { project, observer } = migrationsOn(target)

const A = '20250101000000_a'
const B = '20250102000000_b'
const TABLE = { [A]: { up: 'create table public.a (id int);' } }

const relations = async () =>
  (
    await observer()<{ name: string }[]>`
      select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = relnamespace
       where relkind = 'r' and nspname in ('public', 'gigarow') order by 1`
  ).map(({ name }) => name)

describe('a user without a right', () => {
  const user = `gigarow_test_${target.database.slice(-8)}`
  const asUser: Target = { ...target, user, password: 'x' }

  async function withUser(use: () => Promise<void>): Promise<void> {
    const sql = observer()
    await sql.unsafe(`create role ${user} login password 'x'`)
    try {
      await use()
    } finally {
      await sql.unsafe(`drop owned by ${user} cascade; drop role ${user}`)
    }
  }

  test('to make our schema hears which, and nothing is changed', async () => {
    await withUser(async () => {
      const error = await errorOf(project(TABLE).up({ db: targetUrl(asUser) }))
      expect(error).toMatchObject({
        code: 'DB_NOT_ALLOWED',
        hint: expect.stringContaining(`GRANT CREATE ON DATABASE ${ident(target.database)} TO "${user}"`),
      })
      expect(await relations()).toEqual([])
    })
  })

  test('to our schema, which another user has made, hears that', async () => {
    const { up } = project(TABLE)
    await up()
    await withUser(async () => {
      const error = await errorOf(up({ db: targetUrl(asUser) }))
      expect(error).toMatchObject({
        code: 'DB_NOT_ALLOWED',
        message: expect.stringContaining('schema gigarow'),
      })
    })
  })

  test('to change a table sees the statement in its file, and what came before it is undone', async () => {
    const sql = observer()
    await withUser(async () => {
      await sql.unsafe(`create table public.a (id int);
        grant create on database ${ident(target.database)} to ${user}; grant usage, create on schema public to ${user}`)
      const up = 'create table public.mine (id int);\nalter table public.a add column x int;'
      const error = await errorOf(project({ [A]: { up } }).up({ db: targetUrl(asUser) }))
      expect(error).toMatchObject({ code: 'MIGRATION_FAILED', facts: { line: 2, sqlstate: '42501' } })
      expect(error.message).toContain(`migrations/${A}/migration.sql:2:1: must be owner of table a`)
      expect((await relations()).filter((name) => !name.startsWith('gigarow.'))).toEqual(['a'])
      expect(await sql`select from gigarow.migration`).toHaveLength(0)
    })
  })
})

describe('where transactions are read-only', () => {
  const set = async (value: string) => {
    const sql = observer()
    await sql`set default_transaction_read_only = off`
    await sql.unsafe(`alter database ${ident(target.database)} set default_transaction_read_only = ${value}`)
  }

  test('one sentence says so, before and after our tables are there, and nothing is half done', async () => {
    const { up, write, status } = project(TABLE)
    await set('on')
    try {
      expect(await errorOf(up())).toMatchObject({
        code: 'DB_UNSUPPORTED',
        message: expect.stringMatching(
          /^Transactions in .* are read-only, which stopped applying migrations\.$/,
        ),
      })
      expect(await status()).toEqual(['a pending'])
      await set('off')
      await up()
      await set('on')
      write({
        [B]: { up: 'insert into public.a values (1);\ncreate index concurrently a_id on public.a (id);' },
      })
      expect((await errorOf(up())).code).toBe('DB_UNSUPPORTED')
      expect(await status()).toEqual(['a applied', 'b pending'])
    } finally {
      await set('off')
    }
  })
})

test('a standby is refused when it is connected to', async () => {
  await withCluster({}, async (cluster) => {
    await cluster.start()
    await cluster.stop()
    writeFileSync(join(cluster.status().dataDir, 'standby.signal'), '')
    const standby = await cluster.start()
    const error = await errorOf(withDatabase(standby, { doing: 'testing' }, async () => {}))
    expect(error).toMatchObject({ code: 'DB_UNSUPPORTED', message: expect.stringContaining('standby') })
    expect((await errorOf(migrateUp({ db: targetUrl(standby), folder: '/nowhere' }))).code).toBe(
      'DB_UNSUPPORTED',
    )
  })
})
