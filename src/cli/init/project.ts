import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, join, relative, sep } from 'node:path'
import type { DrizzleConfig, ResolvedConfig } from '../../config/index.ts'
import { GigarowError } from '../../kernel/index.ts'
import type { CommandContext } from '../command.ts'
import { type ConfigText, configText, type NewFile, TEMPLATE } from './files.ts'

/** What init has found and what it is going to write. */
export interface Project {
  readonly root: string
  readonly drizzle: DrizzleConfig | undefined
  /** gigarow's own configuration that was there; it stays as it is. */
  readonly kept: string | undefined
  /** As the configuration will say, or says. */
  readonly config: ResolvedConfig
  readonly files: readonly NewFile[]
  /** Of the configuration that is going to be written. */
  readonly text?: ConfigText
  readonly isNew: boolean
  /** Packages that the project's files import and that are not found from it. */
  readonly missing: readonly string[]
}

export interface ProjectOptions {
  /** Instead of what drizzle.config.ts names. */
  readonly schema: string | undefined
}

/** Looks at the folder. Writes nothing. */
export async function lookAt(context: CommandContext, { schema }: ProjectOptions): Promise<Project> {
  const { findDrizzleConfig, readDrizzleConfig, resolveConfig } = await import('../../config/index.ts')
  const existing = await context.config()
  const root = existing.file === undefined ? context.cwd : existing.root
  const file = findDrizzleConfig(root)
  const drizzle = file === undefined ? undefined : await readDrizzleConfig(file)
  if (existing.file !== undefined) {
    if (schema !== undefined) throw configThere(existing.file)
    const missing = missingPackages(root, ['gigarow'])
    return { root, drizzle, kept: existing.file, config: existing, files: [], isNew: false, missing }
  }
  const isNew = drizzle === undefined && schema === undefined && !holdsFiles(join(root, 'schema'))
  const settings = {
    ...(drizzle === undefined ? {} : { drizzle: basename(drizzle.file) }),
    ...(schema === undefined ? (drizzle === undefined ? { schema: 'schema' } : {}) : { schema }),
    migrations: freeFolder(root, 'migrations', drizzle),
    seeds: freeFolder(root, 'seeds', drizzle),
    tuning: freeFolder(root, 'tuning', drizzle),
  }
  const missing = missingPackages(root, isNew ? ['gigarow', 'drizzle-orm', 'drizzle-kit'] : ['gigarow'])
  const text: ConfigText = {
    settings,
    installed: isNew || !missing.includes('gigarow'),
    header:
      drizzle === undefined
        ? ['Every setting has a default: see docs/configuration.md of gigarow.']
        : [
            `Declarations, casing and the address of the database are those of ${basename(drizzle.file)};`,
            '--url and DATABASE_URL win over its address.',
          ],
  }
  const files = [{ path: configName(root, drizzle), text: configText(text) }, ...(isNew ? TEMPLATE : [])]
  const config = await resolveConfig(settings, { root, file: undefined })
  assertFree(root, files)
  return { root, drizzle, kept: undefined, config, files, text, isNew, missing }
}

/** With one more file of declarations, which the configuration names. */
export function withDeclarations(project: Project, declarations: string): Project {
  const { root, drizzle, config, files, text } = project
  const [own, ...rest] = files
  if (own === undefined || text === undefined) return project
  const path = `gigarow/objects${own.path.endsWith('.mjs') ? '.mjs' : '.ts'}`
  const file = { path, text: declarations }
  assertFree(root, [file])
  const schema = [...config.schema.map((one) => relative(root, one).split(sep).join('/')), path]
  const [first, ...others] = text.header
  const header =
    drizzle === undefined
      ? text.header
      : [
          `${first!.replace('Declarations, casing', 'Casing')}`,
          ...others,
          `schema: those that it names, and ${path}.`,
        ]
  const { drizzle: of, schema: _, ...settings } = text.settings
  const said = {
    ...text,
    header,
    settings: { ...(of === undefined ? {} : { drizzle: of }), schema, ...settings },
  }
  return { ...project, files: [{ ...own, text: configText(said) }, ...rest, file] }
}

/** A project without TypeScript gets a file that Node.js alone can read. */
function configName(root: string, drizzle: DrizzleConfig | undefined): string {
  const plain = drizzle !== undefined && !/\.m?ts$/.test(drizzle.file)
  return plain && !existsSync(join(root, 'tsconfig.json')) ? 'gigarow.config.mjs' : 'gigarow.config.ts'
}

type Folder = 'migrations' | 'seeds' | 'tuning'

/** Every file of seeds/ and tuning/ is loaded as ours: a folder that holds somebody else's is left alone. */
function freeFolder(root: string, name: Folder, drizzle: DrizzleConfig | undefined): string {
  const usable = (path: string) => {
    const folder = join(root, path)
    return folder !== drizzle?.out && (!holdsFiles(folder) || isOurs(folder, name))
  }
  const found = [name, `gigarow/${name}`].find(usable)
  if (found !== undefined) return found
  throw new GigarowError(
    'USAGE',
    `There are files in ${name}/ and in gigarow/${name}/ that are not gigarow's.`,
    {
      facts: { folder: name },
      hint: 'Write gigarow.config.ts by hand, with other folders: docs/configuration.md lists the settings.',
    },
  )
}

function holdsFiles(folder: string): boolean {
  return existsSync(folder) && readdirSync(folder).some((name) => !name.startsWith('.'))
}

/** Drizzle 1 lays its migrations out as we do, with a snapshot beside them. */
function isOurs(folder: string, name: Folder): boolean {
  const entries = readdirSync(folder).filter((entry) => !entry.startsWith('.'))
  const text = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : '')
  if (name === 'migrations') {
    const migrations = entries.filter((entry) => /^\d{14}_/.test(entry))
    const foreign = (path: string) => existsSync(path) && !text(path).includes('"gigarow": 1')
    return migrations.length > 0 && !migrations.some((m) => foreign(join(folder, m, 'snapshot.json')))
  }
  const word = name === 'seeds' ? 'gigarow/seed' : 'gigarow/tuning'
  return entries.filter((e) => /\.[mc]?[jt]s$/.test(e)).every((e) => text(join(folder, e)).includes(word))
}

function missingPackages(root: string, names: readonly string[]): readonly string[] {
  const require = createRequire(join(root, 'package.json'))
  return names.filter((name) => {
    try {
      require.resolve(`${name}/package.json`)
      return false
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND'
    }
  })
}

function assertFree(root: string, files: readonly NewFile[]): void {
  const there = files.filter(({ path }) => existsSync(join(root, path))).map(({ path }) => path)
  if (there.length === 0) return
  throw new GigarowError('USAGE', `${there.join(', ')}: there already, and no file is written over.`, {
    facts: { files: there },
    hint: 'Move them away, or name your declarations: gigarow init --schema "src/db/*.ts".',
  })
}

function configThere(file: string): GigarowError {
  return new GigarowError('USAGE', `${file} is there already, and init does not write over it.`, {
    facts: { file },
    hint: "Write the setting into it: schema: ['src/db/*.ts'].",
  })
}
