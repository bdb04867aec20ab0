import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Installed, installTarball, REPOSITORY, run } from './install.ts'

let installed: Installed
const env = () => {
  const { DATABASE_URL: _url, GIGAROW_STATE_DIR: _dir, FORCE_COLOR: _color, ...rest } = process.env
  return { ...rest, NO_COLOR: '1' }
}
const gigarow = (...args: string[]) =>
  run(join(installed.project, 'node_modules/.bin/gigarow'), args, { cwd: installed.project, env: env() })
const json = (...args: string[]) => JSON.parse(gigarow(...args, '--json'))

beforeAll(() => {
  installed = installTarball()
})

afterAll(() => {
  if (installed === undefined) return
  gigarow('db', 'reset', '--yes')
  rmSync(installed.project, { recursive: true, force: true })
})

describe('the tarball', () => {
  test('holds what is needed and nothing else', () => {
    const { files } = installed
    const needed = [
      'bin/gigarow.js',
      'dist/cli/main.js',
      'dist/index.d.ts',
      'LICENSE',
      'README.md',
      'CHANGELOG.md',
    ]
    expect(files).toEqual(expect.arrayContaining(needed))
    const known =
      /^(package\.json|LICENSE|README\.md|CHANGELOG\.md|bin\/gigarow\.js|dist\/.*\.(js|d\.ts)|dist\/NOTICES\.txt|docs\/.*\.md)$/
    expect(files.filter((path) => !known.test(path))).toEqual([])
  })

  test('holds the types of every module of src/, and of none that is gone from it', () => {
    const types = readdirSync(join(REPOSITORY, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => `dist/${path.slice(0, -3)}.d.ts`)
    expect(installed.files.filter((path) => path.endsWith('.d.ts')).sort()).toEqual(types.sort())
  })

  test('holds no bundle that nothing opens, and the licences of what is copied into them', () => {
    const home = join(installed.project, 'node_modules/gigarow')
    const chunks = installed.files.filter((path) => path.startsWith('dist/chunks/'))
    expect(chunks.length).toBeGreaterThan(1)
    const code = installed.files.filter((path) => path.endsWith('.js'))
    const opened = new Set(
      code
        .flatMap((path) => [
          ...readFileSync(join(home, path), 'utf8').matchAll(/["'][^"']*\/([^/"']+-[A-Z0-9]{8}\.js)["']/g),
        ])
        .map((match) => `dist/chunks/${match[1]}`),
    )
    expect(chunks.filter((path) => !opened.has(path))).toEqual([])
    const notices = readFileSync(join(home, 'dist/NOTICES.txt'), 'utf8')
    expect(notices.match(/^\S+ \d+\.\d+\.\d+$/gm)?.map((line) => line.split(' ')[0])).toEqual([
      'commander',
      'picocolors',
      'zod',
    ])
  })

  test('imports nothing that it does not declare', () => {
    const home = join(installed.project, 'node_modules/gigarow')
    const { dependencies, optionalDependencies } = JSON.parse(
      readFileSync(join(home, 'package.json'), 'utf8'),
    )
    const declared = new Set([...Object.keys(dependencies), ...Object.keys(optionalDependencies)])
    const imported = installed.files
      .filter((path) => path.endsWith('.js'))
      .flatMap((path) => bareImports(readFileSync(join(home, path), 'utf8')))
    expect(imported).toContain('postgres')
    // gigarow itself stands in texts that show what to write.
    expect([...new Set(imported)].filter((name) => name !== 'gigarow' && !declared.has(name))).toEqual([])
    // zod is in the bundles; its types are those of the configuration.
    const used = installed.files
      .filter((path) => path.endsWith('.d.ts'))
      .flatMap((path) => bareImports(readFileSync(join(home, path), 'utf8')))
      .concat(imported)
    const unused = Object.keys(dependencies).filter((name) => !used.includes(name))
    expect(unused).toEqual([])
  })
})

/** Packages that a module imports (and no SQL with IS DISTINCT FROM 'n'), by import, export from, import() or require. */
function bareImports(source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
  const pattern =
    /(?:(?<!distinct )\bfrom\s*|\bimport\s*\(?\s*|\brequire(?:\.resolve)?\(\s*|\bresolve\(\s*)(['"])([^'"\n]+)\1/g
  return [...code.matchAll(pattern)]
    .map((match) => match[2]!)
    .filter((name) => /^[@a-z]/.test(name) && !name.startsWith('node:') && !builtinModules.includes(name))
    .map((name) =>
      name
        .split('/')
        .slice(0, name.startsWith('@') ? 2 : 1)
        .join('/'),
    )
}

describe('an installed gigarow', () => {
  test('says its version and its commands', () => {
    const { version } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8'))
    expect(gigarow('--version')).toBe(`${version}\n`)
    expect(gigarow('--help')).toContain('Exit codes:')
    expect(run('npx', ['--no-install', 'gigarow', '--version'], { cwd: installed.project, env: env() })).toBe(
      `${version}\n`,
    )
  })

  test('exports its public names, and nothing by other paths', () => {
    const exported = JSON.parse(run(process.execPath, ['exports.mjs'], { cwd: installed.project }))
    expect(exported.gigarow).toEqual(expect.arrayContaining(['GigarowError', 'defineConfig']))
    expect(exported['gigarow/schema']).toEqual(expect.arrayContaining(['partitionBy', 'timePartitions']))
    expect(exported['gigarow/schema']).not.toContain('describeTable')
    // What docs/library.md lists, and nothing that only our own commands need.
    expect(exported['gigarow/seed']).toEqual(['computeRow', 'defineSeed', 'fill', 'gen', 'scaleProfile'])
    expect(exported['gigarow/tuning']).toEqual([
      'GB',
      'MB',
      'analytics',
      'bulk',
      'bulkSafe',
      'bytes',
      'clamp',
      'defineTuning',
      'dev',
      'mixed',
      'oltp',
      'sessionSettings',
      'web',
    ])
    expect(exported['gigarow/migrate']).toEqual([
      'baseline',
      'defineMigration',
      'migrateDown',
      'migrateStatus',
      'migrateUp',
      'repair',
    ])
    const reach = "await import('gigarow/dist/db/index.js')"
    expect(() =>
      run(process.execPath, ['--input-type=module', '-e', reach], { cwd: installed.project }),
    ).toThrow('ERR_PACKAGE_PATH_NOT_EXPORTED')
  })

  test.each([
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ])('type-checks in a project with module %s, resolution %s', (module, moduleResolution) => {
    const compilerOptions = {
      target: 'es2022',
      module,
      moduleResolution,
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      allowImportingTsExtensions: true,
      typeRoots: [join(REPOSITORY, 'node_modules/@types')],
      types: ['node'],
    }
    const file = `tsconfig.${moduleResolution}.json`
    const files = ['consumer.ts', 'gigarow.config.ts', 'schema/orders.ts', 'seeds/orders.ts']
    writeFileSync(join(installed.project, file), JSON.stringify({ compilerOptions, files }))
    const tsc = join(REPOSITORY, 'node_modules/typescript/bin/tsc')
    expect(run(process.execPath, [tsc, '-p', file], { cwd: installed.project })).toBe('')
  })

  test('does the main job: generate, migrate, tune, seed with both fillers, revert', () => {
    expect(json('db', 'start')).toMatchObject({ started: true, state: 'running' })
    expect(json('generate', 'first').migration).toMatch(/^\d{14}_first$/)
    expect(json('migrate', 'up').applied).toHaveLength(1)
    expect(json('tune', 'apply', 'bulk-safe')).toBeDefined()
    const load = (...more: string[]) => json('seed', '--profile', 'orders', '--rows', '20k', ...more)
    const copy = load('--filler', 'copy')
    const sql = load('--filler', 'sql', '--truncate')
    expect(copy).toMatchObject({ profile: 'orders', filler: 'copy', jobs: 2, rows: 20_000 })
    expect(sql).toMatchObject({ filler: 'sql', rows: 20_000 })
    expect(sql.tables[0].checksum).toBe(copy.tables[0].checksum)
    const { columns } = json('row', 'orders', '12345', '--profile', 'orders')
    const select = 'select status, paid from orders where id = 12345'
    const printed = gigarow('db', 'psql', '-c', select)
    expect(printed).toMatch(new RegExp(`${columns.status} *\\| *${columns.paid ? 't' : 'f'}`))
    expect(json('tune', 'revert')).toBeDefined()
    expect(json('db', 'stop')).toMatchObject({ stopped: true })
  })

  test('leaves nothing but its state folder and the migration in the project', () => {
    const { project } = installed
    expect(statSync(join(project, '.gigarow')).isDirectory()).toBe(true)
    expect(existsSync(join(project, 'migrations'))).toBe(true)
    expect(existsSync(join(project, 'dist'))).toBe(false)
  })
})
