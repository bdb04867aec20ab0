import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { GigarowError } from '../kernel/index.ts'
import { loadModule } from './load-module.ts'

const SOURCE = /\.(ts|mts|js|mjs)$/
const NO_SOURCE = /(\.d\.m?ts|\.(test|spec)\.m?[jt]s)$/

/**
 * The exports of a file, or of a folder: of its index file where it has one, else of all its files, in the order of
 * their names. Throws MODULE_FAILED.
 */
export async function loadExports(path: string): Promise<Readonly<Record<string, unknown>>> {
  const info = await stat(path).catch(() => undefined)
  if (info === undefined) throw notThere(path)
  if (!info.isDirectory()) return loadModule(path)
  const names = (await readdir(path)).filter(
    (n) => SOURCE.test(n) && !NO_SOURCE.test(n) && !n.startsWith('.'),
  )
  if (names.length === 0) throw notThere(path)
  const index = names.find((name) => /^index\./.test(name))
  const exported: Record<string, unknown> = {}
  for (const name of index ? [index] : names.sort()) {
    for (const [key, value] of Object.entries(await loadModule(join(path, name)))) {
      // Two files may use one name for different things: both are kept.
      exported[key in exported && exported[key] !== value ? `${name}:${key}` : key] = value
    }
  }
  return exported
}

function notThere(path: string): GigarowError {
  return new GigarowError('MODULE_FAILED', `There are no declarations at ${path}.`, {
    facts: { path },
    hint: 'Put Drizzle tables into that folder (schema/users.ts), or set `schema` in gigarow.config.ts.',
  })
}
