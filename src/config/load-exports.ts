import { readdir, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { GigarowError, globRegExp, isGlob } from '../kernel/index.ts'
import { loadModule } from './load-module.ts'

const SOURCE = /\.[mc]?[jt]s$/
const NO_SOURCE = /(\.d\.[mc]?ts|\.(test|spec)\.[mc]?[jt]s)$/

/**
 * The exports of the files that `paths` means: a file; of a folder its index file, else all of its files in the order of
 * their names; the files of a pattern. What two files export is there once. Throws MODULE_FAILED.
 */
export async function loadExports(
  paths: string | readonly string[],
): Promise<Readonly<Record<string, unknown>>> {
  const files = await declarationFiles(paths)
  const exported: Record<string, unknown> = {}
  const seen = new Set<unknown>()
  for (const { path, label } of files) {
    for (const [key, value] of Object.entries(await loadModule(path))) {
      const isObject = typeof value === 'object' && value !== null
      if (isObject && seen.has(value)) continue
      if (isObject) seen.add(value)
      // Two files may use one name for different things: both are kept.
      exported[key in exported && exported[key] !== value ? `${label}:${key}` : key] = value
    }
  }
  return exported
}

interface SourceFile {
  readonly path: string
  readonly label: string
}

/** The files with declarations, each once. */
export async function declarationFiles(paths: string | readonly string[]): Promise<readonly SourceFile[]> {
  const files = new Map<string, SourceFile>()
  for (const path of typeof paths === 'string' ? [paths] : paths)
    for (const file of await filesOf(path)) if (!files.has(file.path)) files.set(file.path, file)
  return [...files.values()]
}

async function filesOf(path: string): Promise<readonly SourceFile[]> {
  const info = await stat(path).catch(() => undefined)
  if (info?.isDirectory()) return filesIn(path)
  if (info !== undefined) return [{ path, label: path.split(sep).at(-1)! }]
  const found = isGlob(path) ? await matching(path) : []
  if (found.length === 0) throw notThere(path)
  return found
}

async function filesIn(folder: string): Promise<readonly SourceFile[]> {
  const names = (await readdir(folder)).filter(isSource)
  if (names.length === 0) throw notThere(folder)
  const index = names.find((name) => /^index\./.test(name))
  return (index ? [index] : names.sort()).map((name) => ({ path: join(folder, name), label: name }))
}

export function isSource(name: string): boolean {
  return SOURCE.test(name) && !NO_SOURCE.test(name) && !name.startsWith('.')
}

/** A folder that fits counts as all of its files, as for drizzle-kit. */
async function matching(pattern: string): Promise<readonly SourceFile[]> {
  const normal = pattern.split(sep).join('/')
  const wanted = globRegExp(normal)
  if (wanted === undefined) {
    throw new GigarowError('MODULE_FAILED', `The pattern ${pattern} cannot be read.`, {
      facts: { path: pattern },
      hint: 'gigarow reads *, **, ?, {a,b} and [ab]. Write several patterns: schema: ["src/a/*.ts", "src/b/*.ts"].',
    })
  }
  const fixed = normal.split('/')
  const base = fixed.slice(0, fixed.findIndex(isGlob)).join('/') || '/'
  const found: string[] = []
  await walk(base, async (path, isFolder) => {
    const name = path.split(sep).join('/')
    if (!wanted.test(name)) return
    if (!isFolder) found.push(path)
    else for (const inner of await readdir(path)) found.push(join(path, inner))
  })
  const files = await Promise.all(
    [...new Set(found)].map(async (path) => ({ path, file: (await stat(path)).isFile() })),
  )
  return files
    .filter(({ path, file }) => file && isSource(path.split(sep).at(-1)!))
    .map(({ path }) => ({ path, label: relative(base, path) }))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
}

async function walk(
  folder: string,
  visit: (path: string, isFolder: boolean) => Promise<void>,
): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  for (const entry of entries) {
    if (entry.name === 'node_modules' || entry.name.startsWith('.')) continue
    const path = join(folder, entry.name)
    await visit(path, entry.isDirectory())
    if (entry.isDirectory()) await walk(path, visit)
  }
}

function notThere(path: string): GigarowError {
  return new GigarowError('MODULE_FAILED', `There are no declarations at ${path}.`, {
    facts: { path },
    hint: 'Put Drizzle tables into that folder (schema/users.ts), or set `schema` in gigarow.config.ts.',
  })
}
