import { readdir, readFile, stat } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import type { ImportRequest } from '../../ingest/index.ts'
import { GigarowError, globRegExp, isGlob } from '../../kernel/index.ts'

/** The files that were named, each once, as absolute paths; those of a pattern in the order of their names. */
export async function findFiles(names: readonly string[], cwd: string): Promise<readonly string[]> {
  const found = new Set<string>()
  for (const name of names) for (const path of await filesOf(resolve(cwd, name), name)) found.add(path)
  return [...found]
}

/** A shell that found nothing passes the pattern on. */
async function filesOf(path: string, name: string): Promise<readonly string[]> {
  // What is there is meant, whatever characters its name has; what is not there is told by whoever opens it.
  if (!isGlob(name) || (await stat(path).catch(() => undefined)) !== undefined) return [path]
  const normal = path.split(sep).join('/')
  const wanted = globRegExp(normal)
  const files = wanted === undefined ? [] : await matching(normal, wanted)
  if (files.length > 0) return files
  throw new GigarowError('IMPORT_FILE_INVALID', `No file fits ${name}.`, {
    facts: { pattern: name },
    hint: 'gigarow reads *, **, ?, {a,b} and [ab].',
  })
}

async function matching(pattern: string, wanted: RegExp): Promise<readonly string[]> {
  const parts = pattern.split('/')
  const base = parts.slice(0, parts.findIndex(isGlob)).join('/') || '/'
  const deep = pattern.includes('**')
  const found: string[] = []
  await walk(base, deep ? Number.POSITIVE_INFINITY : parts.length - parts.findIndex(isGlob), (path) => {
    if (wanted.test(path.split(sep).join('/'))) found.push(path)
  })
  return found.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
}

async function walk(folder: string, depth: number, visit: (path: string) => void): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const path = join(folder, entry.name)
    if (entry.isDirectory() && depth > 1) await walk(path, depth - 1, visit)
    else if (!entry.isDirectory()) visit(path)
  }
}

/** column=file: the values that are wanted, one a line. */
export async function readWhereIn(text: string, cwd: string): Promise<ImportRequest['whereIn']> {
  const at = text.indexOf('=')
  const [column, file] = [text.slice(0, at).trim(), text.slice(at + 1).trim()]
  if (at <= 0 || file === '')
    throw new GigarowError('USAGE', `--where-in takes column=file, not "${text}".`, {
      hint: 'For example: --where-in generator_id=generators.txt, with a value on each line.',
    })
  const content = await readFile(resolve(cwd, file), 'utf8').catch((error: Error) => {
    throw new GigarowError('USAGE', `The file of --where-in cannot be read: ${error.message}.`, {
      facts: { file },
    })
  })
  const values = content
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .filter((line) => line !== '')
  if (values.length === 0)
    throw new GigarowError('USAGE', `${file} of --where-in holds no value.`, { facts: { file } })
  return { column, values: [...new Set(values)] }
}
