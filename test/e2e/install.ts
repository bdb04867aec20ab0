import { type SpawnSyncOptions, spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdtempSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url))

export interface Installed {
  /** The project that has gigarow installed; holds the files of test/e2e/project. */
  readonly project: string
  /** Paths in the tarball. */
  readonly files: readonly string[]
}

/** Packs the repository and installs the tarball into a new project, as a user would. The caller deletes `project`. */
export function installTarball(): Installed {
  const project = realpathSync(mkdtempSync(join(tmpdir(), 'gigarow-e2e-')))
  chmodSync(project, 0o755)
  const packed = JSON.parse(
    run('npm', ['pack', '--json', '--silent', '--pack-destination', project], { cwd: REPOSITORY }),
  ) as readonly { filename: string; files: readonly { path: string }[] }[]
  const { filename, files } = packed[0]!
  const { dependencies } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8'))
  writeFileSync(join(project, 'package.json'), '{ "name": "shop", "private": true, "type": "module" }\n')
  // Drizzle is what a user's own files import: it is a dependency of theirs, too.
  const wanted = [`./${filename}`, `drizzle-orm@${dependencies['drizzle-orm']}`]
  run('npm', ['install', ...wanted, '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: project,
  })
  cpSync(join(REPOSITORY, 'test/e2e/project'), project, { recursive: true })
  return { project, files: files.map(({ path }) => path) }
}

/** Standard output of a program that must succeed. */
export function run(program: string, args: readonly string[], options: SpawnSyncOptions): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    ...options,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  if (status === 0) return stdout
  throw new Error(
    `${[program, ...args].join(' ')} ended with ${error?.message ?? status}:\n${stdout}${stderr}`,
  )
}
