import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { declarationFiles, readDrizzleConfig, resolveConfig } from '../../../src/config/index.ts'
import { globRegExp } from '../../../src/kernel/index.ts'

const made: string[] = []
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true })
})

function project(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'gigarow-config-'))
  made.push(root)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return root
}

describe('patterns', () => {
  test.each([
    ['src/*.ts', 'src/a.ts', true],
    ['src/*.ts', 'src/b/a.ts', false],
    ['src/**/*.ts', 'src/a.ts', true],
    ['src/**/*.ts', 'src/b/c/a.ts', true],
    ['src/{users,orders}.ts', 'src/orders.ts', true],
    ['src/{users,orders}.ts', 'src/lines.ts', false],
    ['a[0-9]?.ts', 'a1x.ts', true],
    ['a[!0-9].ts', 'a1.ts', false],
    ['a.b+c(1).ts', 'a.b+c(1).ts', true],
    ['app_*', 'app_users', true],
  ])('%s and %s: %s', (pattern, name, fits) => {
    expect(globRegExp(pattern)?.test(name)).toBe(fits)
  })

  test('that nobody can read are not guessed at', async () => {
    expect(globRegExp('!(a|b).ts')).toBeUndefined()
    expect(globRegExp('{a,b')).toBeUndefined()
    await expect(resolveConfig({ only: { tables: ['{a'] } }, { root: '/', file: undefined })).rejects.toThrow(
      'expected a pattern',
    )
  })

  test('find files in any depth, each once, without tests, types and packages', async () => {
    const root = project({
      'src/a.table.ts': '',
      'src/b/b.table.ts': '',
      'src/b/b.table.test.ts': '',
      'src/b/c.d.ts': '',
      'src/node_modules/x/x.table.ts': '',
      'src/notes.md': '',
    })
    const files = async (...paths: string[]) =>
      (await declarationFiles(paths.map((path) => join(root, path)))).map(({ path }) =>
        path.slice(root.length + 1),
      )
    expect(await files('src/**/*.table.ts', 'src/a.table.ts')).toEqual(['src/a.table.ts', 'src/b/b.table.ts'])
    // As for drizzle-kit: a folder that fits means its files.
    expect(await files('src/*')).toEqual(['src/a.table.ts', 'src/b/b.table.ts'])
    await expect(files('src/*.sql.ts')).rejects.toThrow('There are no declarations at')
  })
})

describe('drizzle.config', () => {
  const read = (config: object) =>
    readDrizzleConfig(join(project({ 'drizzle.config.json': JSON.stringify(config) }), 'drizzle.config.json'))
  const plain = { dialect: 'postgresql', schema: 'a.ts' }

  test('its filters are taken over, and the ledger of drizzle-kit is not the project’s', async () => {
    expect((await read(plain)).only).toEqual({ schemas: ['!drizzle'], tables: [] })
    const filtered = {
      ...plain,
      schemaFilter: ['app'],
      tablesFilter: 'app_*',
      migrations: { schema: 'app', table: 'done' },
    }
    expect((await read(filtered)).only).toEqual({ schemas: ['app'], tables: ['app_*', '!app.done'] })
  })

  test.each([
    [{ url: 'postgres://a@h/d' }, 'postgres://a@h/d'],
    [{ host: 'h', database: 'd' }, 'postgresql://postgres@h:5432/d'],
    [
      { host: 'h', port: 1, user: 'u@x', password: 'p/w', database: 'd b' },
      'postgresql://u%40x:p%2Fw@h:1/d%20b',
    ],
    [{ host: 'h', user: 'u', database: 'd', ssl: true }, 'postgresql://u@h:5432/d?sslmode=verify-full'],
    [
      { host: 'h', user: 'u', database: 'd', ssl: { rejectUnauthorized: false } },
      'postgresql://u@h:5432/d?sslmode=require',
    ],
    [{}, undefined],
    [undefined, undefined],
  ])('%j is the address %s', async (dbCredentials, url) => {
    expect((await read({ ...plain, dbCredentials })).url).toBe(url)
  })

  test.each([
    [{ ...plain, dialect: 'mysql' }, 'its dialect is "mysql"'],
    [{ ...plain, driver: 'aws-data-api' }, 'its driver is "aws-data-api"'],
    [{ dialect: 'postgresql' }, 'it names no schema'],
    [{ ...plain, casing: 'kebab' }, 'its casing is "kebab"'],
    [
      { ...plain, dbCredentials: { url: 'mysql://a:secret@h/d' } },
      'its url does not begin with postgresql://',
    ],
  ])('%j is refused: %s', async (config, why) => {
    const error: Error = await read(config).then(
      () => new Error('none'),
      (e) => e,
    )
    expect(error.message).toContain(why)
    expect(JSON.stringify(error)).not.toContain('secret')
  })
})
