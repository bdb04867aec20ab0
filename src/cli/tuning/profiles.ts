import { existsSync, readdirSync } from 'node:fs'
import { basename, extname, join } from 'node:path'
import { loadModule } from '../../config/index.ts'
import { GigarowError, nearest } from '../../kernel/index.ts'
import {
  analytics,
  bulk,
  bulkSafe,
  dev,
  mixed,
  oltp,
  profileProblems,
  type TuningProfile,
  web,
} from '../../tuning/index.ts'

export interface FoundProfile {
  readonly profile: TuningProfile
  /** The user's file, or undefined for one that comes with gigarow. */
  readonly file: string | undefined
}

const SHIPPED: readonly TuningProfile[] = [analytics, bulk, bulkSafe, dev, mixed, oltp, web]
const EXTENSIONS = ['.ts', '.mts', '.js', '.mjs']

/** Those of gigarow and those of the user's folder; his wins where both have the name. Throws TUNING_INVALID. */
export async function allProfiles(folder: string): Promise<readonly FoundProfile[]> {
  const own = await Promise.all(profileFiles(folder).map(readProfile))
  const names = new Set(own.map((p) => p.profile.name))
  const shipped = SHIPPED.filter((p) => !names.has(p.name)).map((profile) => ({ profile, file: undefined }))
  return [...shipped, ...own].sort((a, b) => a.profile.name.localeCompare(b.profile.name))
}

/** Reads only the file of that name. Throws TUNING_UNKNOWN_PROFILE with the names there are. */
export async function findProfile(folder: string, name: string): Promise<FoundProfile> {
  const files = profileFiles(folder)
  const file = files.find((path) => nameOf(path) === name)
  if (file !== undefined) return readProfile(file)
  const shipped = SHIPPED.find((p) => p.name === name)
  if (shipped !== undefined) return { profile: shipped, file: undefined }
  const known = [...new Set([...SHIPPED.map((p) => p.name), ...files.map(nameOf)])].sort()
  const near = nearest(name, known)
  throw new GigarowError('TUNING_UNKNOWN_PROFILE', `There is no tuning profile "${name}".`, {
    facts: { profile: name, known },
    hint: `${near === undefined ? '' : `Did you mean ${near}? `}There are: ${known.join(', ')}. Profiles of yours are files in ${folder}.`,
  })
}

function profileFiles(folder: string): readonly string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => EXTENSIONS.includes(extname(name)) && !name.endsWith('.d.ts'))
    .sort()
    .map((name) => join(folder, name))
}

async function readProfile(file: string): Promise<FoundProfile> {
  const { default: profile } = await loadModule(file)
  const problems = [...profileProblems(profile)]
  if (problems.length === 0 && (profile as TuningProfile).name !== nameOf(file)) {
    problems.push(`name: expected "${nameOf(file)}", the name of the file`)
  }
  if (problems.length > 0) {
    throw new GigarowError(
      'TUNING_INVALID',
      `${file} does not export a tuning profile as default:\n${problems.map((p) => `  - ${p}`).join('\n')}`,
      {
        facts: { file, problems },
        hint: "export default defineTuning({ name, description, settings }), from 'gigarow/tuning'; see docs/tuning.md.",
      },
    )
  }
  return { profile: profile as TuningProfile, file }
}

function nameOf(file: string): string {
  return basename(file, extname(file))
}
