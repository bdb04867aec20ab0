import { readdir, readFile, stat } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { GigarowError } from '../../kernel/index.ts'
import type { SqlFile } from '../../lint/index.ts'

/** The .sql files of what was named, in the order of their paths; `-` is standard input. down.sql is left out of folders. */
export async function readSources(names: readonly string[], cwd: string): Promise<readonly SqlFile[]> {
  const files: SqlFile[] = []
  for (const name of names) {
    if (name === '-') files.push({ file: 'standard input', text: await readStdin() })
    else for (const path of await sqlFiles(resolve(cwd, name), name)) files.push(await readSource(path, cwd))
  }
  return files
}

async function readSource(path: string, cwd: string): Promise<SqlFile> {
  return { file: relative(cwd, path), text: (await readFile(path, 'utf8')).replace(/^\uFEFF/, '') }
}

async function sqlFiles(path: string, name: string): Promise<readonly string[]> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) {
    throw new GigarowError('USAGE', `There is no file or folder ${name}.`, {
      facts: { path: name },
      hint: 'Name .sql files or folders with .sql files; - reads standard input.',
    })
  }
  if (!found.isDirectory()) return [path]
  const entries = await readdir(path, { withFileTypes: true, recursive: true })
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.sql') && entry.name !== 'down.sql')
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !/(^|[\\/])(node_modules|\.[^\\/]+)[\\/]/.test(relative(path, file)))
    .sort()
}

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString('utf8')
}
