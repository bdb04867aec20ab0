import { dirname, resolve } from 'node:path'
import { cosmiconfig, defaultLoaders } from 'cosmiconfig'
import { GigarowError } from '../kernel/index.ts'
import { type DrizzleConfig, readDrizzleConfig } from './drizzle.ts'
import { loadModule } from './load-module.ts'
import { type ParsedSettings, Settings } from './settings.ts'

/** Settings with every path absolute. `root` is the folder of the configuration file, or the project's without one. */
export interface ResolvedConfig extends Readonly<Omit<ParsedSettings, 'schema'>> {
  /** Files, folders or patterns. */
  readonly schema: readonly string[]
  readonly root: string
  readonly file: string | undefined
}

const TS_NAMES = [
  'gigarow.config.ts',
  'gigarow.config.mts',
  'gigarow.config.js',
  'gigarow.config.mjs',
  'gigarow.config.json',
]

export interface ConfigOverrides {
  /** Wins over the file: what GIGAROW_STATE_DIR says. Relative to the root. */
  readonly stateDir?: string | undefined
}

/** Finds and checks the configuration from `cwd` upwards. Throws CONFIG_INVALID with every problem at once. */
export async function loadConfig(cwd: string, { stateDir }: ConfigOverrides = {}): Promise<ResolvedConfig> {
  const viaJiti = async (path: string) => (await loadModule(path)).default
  const explorer = cosmiconfig('gigarow', {
    searchPlaces: [...TS_NAMES, 'package.json'],
    loaders: { ...defaultLoaders, '.ts': viaJiti, '.mts': viaJiti, '.js': viaJiti, '.mjs': viaJiti },
    stopDir: resolve('/'),
    searchStrategy: 'global',
  })
  const found = await explorer.search(cwd)
  const config = await resolveConfig(found?.config ?? {}, {
    root: found ? dirname(found.filepath) : await projectRoot(cwd),
    file: found?.filepath,
  })
  return stateDir ? Object.freeze({ ...config, stateDir: resolve(config.root, stateDir) }) : config
}

/** What a configuration file says, checked. Throws CONFIG_INVALID. */
export async function resolveConfig(
  input: unknown,
  { root, file }: { readonly root: string; readonly file: string | undefined },
): Promise<ResolvedConfig> {
  const parsed = Settings.safeParse(input)
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) =>
      issue.code === 'unrecognized_keys'
        ? `${[...issue.path, ''].join('.')}${issue.keys.join(', ')}: no such setting`
        : `${issue.path.join('.') || '(all)'}: ${issue.message}`,
    )
    throw new GigarowError(
      'CONFIG_INVALID',
      `${file ?? 'The configuration'} has ${problems.length} problem${problems.length === 1 ? '' : 's'}:\n${problems.map((p) => `  - ${p}`).join('\n')}`,
      {
        facts: { file: file ?? null, problems },
        hint: 'The settings are listed in docs/configuration.md.',
      },
    )
  }
  const settings = parsed.data
  const at = (path: string) => resolve(root, path)
  const drizzle = settings.drizzle === undefined ? undefined : await readDrizzleConfig(at(settings.drizzle))
  return Object.freeze({
    ...settings,
    ...adopted(settings, drizzle),
    schema:
      settings.schema === undefined ? (drizzle?.schema ?? [at('schema')]) : list(settings.schema).map(at),
    migrations: at(settings.migrations),
    seeds: at(settings.seeds),
    tuning: at(settings.tuning),
    stateDir: at(settings.stateDir),
    root,
    file,
  })
}

/** What drizzle.config.ts says and the settings do not. */
function adopted({ url, casing, only }: ParsedSettings, drizzle: DrizzleConfig | undefined) {
  const { url: address = drizzle?.url, casing: names = drizzle?.casing } = { url, casing }
  return {
    ...(address === undefined ? {} : { url: address }),
    ...(names === undefined ? {} : { casing: names }),
    only: {
      schemas: only.schemas.length > 0 ? only.schemas : [...(drizzle?.only.schemas ?? [])],
      tables: only.tables.length > 0 ? only.tables : [...(drizzle?.only.tables ?? [])],
    },
  }
}

function list(paths: string | readonly string[]): readonly string[] {
  return typeof paths === 'string' ? [paths] : paths
}

/** Nearest folder upwards with a package.json, else `cwd`. */
async function projectRoot(cwd: string): Promise<string> {
  const { existsSync } = await import('node:fs')
  for (let dir = resolve(cwd); ; dir = dirname(dir)) {
    if (existsSync(resolve(dir, 'package.json'))) return dir
    if (dir === dirname(dir)) return resolve(cwd)
  }
}
