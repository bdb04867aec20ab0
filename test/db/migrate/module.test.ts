import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadModule } from '../../../src/config/index.ts'
import type { MigrateEvent } from '../../../src/migrate/index.ts'
import { testDatabase } from '../../support/index.ts'
import { errorOf, migrationsOn } from './fixture.ts'

const { project, observer } = migrationsOn(testDatabase())

const A = '20250101000000_a'
const B = '20250102000000_b'
const USERS = {
  [A]: {
    up: `create table public.users (id int primary key, email text, touched int not null default 0);
         insert into public.users select i, 'U' || i from generate_series(1, 1000) i;`,
    down: 'drop table public.users;',
  },
}

function withModule(code: string) {
  const { folder, up, down, status } = project(USERS)
  const write = (file: string, text: string) => {
    rmSync(join(folder, B), { recursive: true, force: true })
    mkdirSync(join(folder, B))
    writeFileSync(join(folder, B, file), text)
  }
  write('migration.ts', code)
  return {
    write,
    status,
    up: (more = {}) => up({ loadModule, ...more }),
    down: (more = {}) => down({ loadModule, allowDataLoss: true, ...more }),
  }
}

async function emails() {
  const [row] = await observer()`
    select count(*) filter (where email = lower(email))::int as lower, max(touched) as touched from public.users`
  return row
}

test('a migration of TypeScript runs in one transaction with its row, and back', async () => {
  const { up, down, status } = withModule(`
    interface Row { readonly n: number }
    export default {
      async up({ sql }) {
        const [row]: Row[] = await sql\`select count(*)::int as n from public.users\`
        await sql\`update public.users set touched = \${row.n}\`
      },
      async down({ sql }) { await sql\`update public.users set touched = 0\` },
    }`)
  expect((await up()).applied).toEqual([A, B])
  expect(await emails()).toMatchObject({ touched: 1000 })
  expect((await down()).reverted).toEqual([B])
  expect(await emails()).toMatchObject({ touched: 0 })
  expect(await status()).toEqual(['a applied', 'b pending'])
})

test('one that throws leaves nothing', async () => {
  const { up, status } = withModule(`
    export default {
      async up({ sql }) {
        await sql\`update public.users set touched = 1\`
        throw new Error('no luck today')
      },
    }`)
  const error = await errorOf(up())
  expect(error).toMatchObject({ code: 'MIGRATION_FAILED' })
  expect(error.message).toContain('migration.ts: no luck today')
  expect(await emails()).toMatchObject({ touched: 0 })
  expect(await status()).toEqual(['a applied', 'b pending'])
})

test('a backfill changes every row once, in batches, and says how far it is', async () => {
  const { up } = withModule(`
    export default {
      transaction: false,
      async up({ backfill }) {
        await backfill({
          table: 'users', batchRows: 300, pauseMs: 0,
          statement: 'update public.users set email = lower(email), touched = touched + 1 where :batch',
        })
      },
    }`)
  const events: MigrateEvent[] = []
  await up({ emit: (event: MigrateEvent) => events.push(event) })
  expect(await emails()).toEqual({ lower: 1000, touched: 1 })
  expect(events.flatMap((e) => (e.type === 'migrate.backfill' ? [e.rows] : []))).toEqual([
    300, 600, 900, 1000, 1000,
  ])
  const [left] = await observer()`select count(*)::int as n from gigarow.migration_backfill`
  expect(left).toEqual({ n: 0 })
})

test('one that failed in the middle goes on behind its last batch', async () => {
  const statement = 'update public.users set touched = touched + 1 where :batch'
  const { up, write, status } = withModule(`
    export default {
      transaction: false,
      async up({ backfill }) {
        await backfill({ table: 'users', batchRows: 100, pauseMs: 0,
          statement: \`${statement} and 1 / (case when id = 555 then 0 else 1 end) = 1\` })
      },
    }`)
  expect((await errorOf(up())).message).toContain('division by zero')
  const [half] = await observer()`select last_key, rows::int from gigarow.migration_backfill`
  expect(half).toEqual({ last_key: '500', rows: 500 })
  expect(await status()).toEqual(['a applied', 'b partial'])
  // Under another name: a process loads a module once.
  write(
    'migration.mts',
    `
    export default {
      transaction: false,
      async up({ backfill }) {
        await backfill({ table: 'users', batchRows: 100, pauseMs: 0, statement: '${statement}' })
      },
    }`,
  )
  expect((await up()).applied).toEqual([B])
  expect(await status()).toEqual(['a applied', 'b applied'])
  const [row] = await observer()`select min(touched) as least, max(touched) as most from public.users`
  expect(row).toEqual({ least: 1, most: 1 })
})

test.each([
  ['export const up = 1', 'does not export a migration'],
  [
    'export default { async up({ backfill }) { await backfill({ table: "users", statement: "x" }) } }',
    'inside of one transaction',
  ],
  [
    'export default { transaction: false, async up({ backfill }) { await backfill({ table: "users", statement: "update public.users set touched = 1" }) } }',
    'no :batch',
  ],
  [
    'export default { transaction: false, async up({ backfill }) { await backfill({ table: "users", key: "email", statement: "x where :batch" }) } }',
    'users.email: it can be null',
  ],
])('%s is refused', async (code, message) => {
  const { up } = withModule(code)
  const error = await errorOf(up())
  expect(error).toMatchObject({ code: 'MIGRATION_INVALID' })
  expect(error.message).toContain(message)
})

test('without down() it cannot be taken back', async () => {
  const { up, down } = withModule('export default { async up() {} }')
  await up()
  expect((await errorOf(down())).message).toContain('has no down()')
})
