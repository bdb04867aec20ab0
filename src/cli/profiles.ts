import { readdir } from 'node:fs/promises'
import { join, parse, relative } from 'node:path'
import type { ResolvedConfig } from '../config/index.ts'
import { GigarowError, parseRows } from '../kernel/index.ts'
import type { Profile } from '../seed/index.ts'
import type { OptionSpec } from './command.ts'

/** The options by which a command names a profile and its size. */
export const PROFILE_OPTIONS: readonly OptionSpec[] = [
  { flags: '--profile <name>', description: 'profile of seeds/' },
  { flags: '--rows <n>', description: 'rows of its largest table (10M, 2.5k); the others keep their ratio' },
  { flags: '--scale <factor>', description: 'a factor for the rows of every table' },
]

/** Loads the files of the seeds folder and returns the profile that --profile names, scaled by --rows or --scale. */
export async function loadProfile(
  config: ResolvedConfig,
  options: Readonly<Record<string, unknown>>,
): Promise<Profile> {
  const { listProfiles, pickProfile, scaleProfile } = await import('../seed/index.ts')
  const { profile: name, rows, scale } = options
  const files = await seedFiles(config.seeds)
  // Each file takes 20 to 40 ms, with the schema that it imports: that of the profile's own name is most often the only one needed.
  const own = await loadSeeds(
    config,
    files.filter((path) => parse(path).name === name),
  )
  const isOwn = listProfiles(own).some(({ profile }) => profile.name === name)
  const loaded = isOwn ? own : await loadSeeds(config, files)
  if (typeof name !== 'string') {
    const names = listProfiles(loaded).map(({ profile }) => profile.name)
    throw new GigarowError('USAGE', 'No profile is named.', {
      facts: { known: names },
      hint:
        names.length === 0 ? 'Write one: seeds/<name>.ts.' : `Add --profile ${names.join(' or --profile ')}.`,
    })
  }
  return scaleProfile(pickProfile(loaded, name), {
    ...(typeof rows === 'string' ? { rows: parseRows(rows) } : {}),
    ...(typeof scale === 'string' ? { scale: parseScale(scale) } : {}),
  })
}

async function loadSeeds(config: ResolvedConfig, files: readonly string[]) {
  const { loadExports, loadModule } = await import('../config/index.ts')
  if (config.casing !== undefined && files.length > 0) {
    // fill() reads the names of columns: those that Drizzle makes of keys have to be there before.
    const { applyCasing } = await import('../schema/index.ts')
    applyCasing(await loadExports(config.schema), config.casing)
  }
  return Promise.all(
    files.map(async (path) => ({ file: relative(config.root, path), exports: await loadModule(path) })),
  )
}

async function seedFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  return entries
    .filter((entry) => entry.isFile() && /(?<!\.d)\.[cm]?[jt]s$/.test(entry.name))
    .map((entry) => join(folder, entry.name))
    .sort()
}

function parseScale(text: string): number {
  const scale = Number(text)
  if (text.trim() !== '' && Number.isFinite(scale)) return scale
  throw new GigarowError('USAGE', `"${text}" is not a factor.`, {
    facts: { value: text },
    hint: 'Write a number such as 0.01 or 2.',
  })
}
