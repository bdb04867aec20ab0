import { describe, expect, test } from 'vitest'
import { targetUrl } from '../../../src/db/index.ts'
import { baseline, repair } from '../../../src/migrate/index.ts'
import { testDatabase } from '../../support/index.ts'
import { errorOf, migrationsOn } from './fixture.ts'

const target = testDatabase()
const { project, observer } = migrationsOn(target)
const db = targetUrl(target)

const A = '20250101000000_a'
const B = '20250102000000_b'
const table = (name: string) => ({
  up: `create table public.${name} (id int);`,
  down: `drop table public.${name};`,
})

describe('baseline', () => {
  test('records what is there already, runs nothing, and later migrations are applied as ever', async () => {
    const { folder, up, status } = project({ [A]: table('a'), [B]: table('b') })
    await observer().unsafe('create table public.a (id int)')
    expect((await baseline({ db, folder, to: 'a', dryRun: true })).recorded).toEqual([A])
    expect(await status()).toEqual(['a pending', 'b pending'])
    expect((await baseline({ db, folder, to: 'a' })).recorded).toEqual([A])
    expect(await status()).toEqual(['a applied', 'b pending'])
    expect((await up()).applied).toEqual([B])
    expect((await baseline({ db, folder })).recorded).toEqual([])
  })

  test('is refused where there is nothing to adopt', async () => {
    const { folder, status } = project({ [A]: table('a') })
    expect((await errorOf(baseline({ db, folder }))).code).toBe('REFUSED')
    expect(await status()).toEqual(['a pending'])
  })

  test('is refused while a migration is half applied', async () => {
    const broken = {
      up: 'create table public.t (id int); create index concurrently i on public.t (nothing);',
    }
    const { folder, up } = project({ [A]: broken })
    expect((await errorOf(up())).code).toBe('MIGRATION_FAILED')
    expect((await errorOf(baseline({ db, folder }))).code).toBe('MIGRATION_HALF_APPLIED')
  })
})

describe('repair', () => {
  test('accepts a file that was edited, with its way back, and the chain holds', async () => {
    const { folder, write, up, down } = project({ [A]: table('a'), [B]: table('b') })
    await up()
    write({
      [A]: { up: '-- who made it\ncreate table public.a (id int);', down: 'drop table public.a; select 1;' },
    })
    expect((await errorOf(up())).code).toBe('MIGRATION_MODIFIED')
    expect((await repair({ db, folder, dryRun: true })).repairs).toEqual([{ name: A, what: 'reread' }])
    expect((await errorOf(up())).code).toBe('MIGRATION_MODIFIED')
    await repair({ db, folder })
    expect((await up()).applied).toEqual([])
    expect((await repair({ db, folder })).repairs).toEqual([])
    const [row] = await observer()`select down_sql from gigarow.migration where name = ${A}`
    expect(row!.down_sql).toContain('select 1')
    expect((await down({ step: 2 })).reverted).toEqual([B, A])
  })

  test('leaves a migration without a file in the ledger unless it is told to forget it', async () => {
    const { folder, remove, up } = project({ [A]: table('a'), [B]: table('b') })
    await up()
    remove(A)
    expect((await repair({ db, folder })).repairs).toEqual([{ name: A, what: 'missing' }])
    expect((await errorOf(up())).code).toBe('MIGRATION_MISSING')
    expect((await repair({ db, folder, forgetMissing: true })).repairs).toEqual([
      { name: A, what: 'forgotten' },
    ])
    expect((await up()).applied).toEqual([])
  })

  test('mends a chain that was broken by hand', async () => {
    const { folder, up } = project({ [A]: table('a'), [B]: table('b') })
    await up()
    await observer()`update gigarow.migration set chain = 'x' where name = ${A}`
    expect((await errorOf(up())).code).toBe('MIGRATION_MODIFIED')
    expect((await repair({ db, folder })).repairs).toContainEqual({ name: A, what: 'chain' })
    expect((await up()).applied).toEqual([])
  })

  test('has nothing to do in a database that gigarow has never seen', async () => {
    const { folder } = project({ [A]: table('a') })
    expect((await repair({ db, folder })).repairs).toEqual([])
  })
})
