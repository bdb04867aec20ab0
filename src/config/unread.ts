import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { isSource } from './load-exports.ts'

export interface Unread {
  /** The file that stands for its folder. */
  readonly index: string
  /** Files of the folder that nothing leads to from there. */
  readonly files: readonly string[]
}

/**
 * Of folders with an index file: what lies beside it and is not read, because no import leads there. By the text of the files: nothing
 * is run.
 */
export async function unreadFiles(paths: readonly string[]): Promise<readonly Unread[]> {
  const found: Unread[] = []
  for (const folder of paths) {
    if (!(await stat(folder).catch(() => undefined))?.isDirectory()) continue
    const all = await sourcesIn(folder)
    const index = all.find((path) => dirname(path) === folder && /^index\./.test(basename(path)))
    if (index === undefined) continue
    const read = await reached(index, all)
    const files = all.filter((path) => !read.has(path))
    if (files.length > 0) found.push({ index, files })
  }
  return found
}

async function sourcesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const found = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name)
      if (entry.name === 'node_modules' || entry.name.startsWith('.')) return []
      if (entry.isDirectory()) return sourcesIn(path)
      return isSource(entry.name) ? [path] : []
    }),
  )
  return found.flat().sort()
}

async function reached(index: string, all: readonly string[]): Promise<ReadonlySet<string>> {
  const read = new Set([index])
  // A set goes on with what is added to it meanwhile.
  for (const path of read)
    for (const name of namesIn(await readFile(path, 'utf8')))
      for (const other of all) if (mayMean(name, path, other)) read.add(other)
  return read
}

const IMPORT = /(?:\bfrom|\bimport|\brequire)\s*\(?\s*(['"`])([^'"`\n]+)\1/g

function namesIn(text: string): readonly string[] {
  return [...text.matchAll(IMPORT)].map((match) => match[2]!)
}

/** An alias of tsconfig.json (@/db/users) may stand for anything that ends like it. */
function mayMean(name: string, from: string, path: string): boolean {
  const bare = (file: string) => file.replace(/\.[mc]?[jt]sx?$/, '')
  const ends = [bare(path), bare(path).replace(/[/\\]index$/, '')]
  if (name.startsWith('.')) return ends.includes(bare(resolve(dirname(from), name)))
  const last = bare(name).split('/').slice(1).at(-1)
  return last !== undefined && ends.some((end) => basename(end) === last)
}
