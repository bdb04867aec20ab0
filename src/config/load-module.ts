import { pathToFileURL } from 'node:url'
import { GigarowError, isGigarowError } from '../kernel/index.ts'

/**
 * Imports a user's file, .ts included, and returns its exports. Node 20 cannot load TypeScript and cosmiconfig's own
 * loader needs TypeScript 5's API; jiti does both jobs. Throws MODULE_FAILED with the file and the reason.
 */
export async function loadModule(path: string): Promise<Record<string, unknown>> {
  try {
    return await imported(path)
  } catch (error) {
    if (isGigarowError(error)) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new GigarowError('MODULE_FAILED', `${path} could not be loaded: ${reason.split('\n')[0]}`, {
      facts: { path },
      cause: error,
      hint: hintOf(reason),
    })
  }
}

/** Of a package that is not there; a path is the file's own mistake. */
function hintOf(reason: string): string {
  const name = /Cannot find (?:module|package) '((?:@[^/']+\/)?[^./@'][^/']*)/.exec(reason)?.[1]
  return name === undefined || /[\s:]/.test(name)
    ? 'Correct the file; the error is in it or in something that it imports.'
    : `If ${name} is not installed yet: npm install ${name}. Else correct the file, or what it imports.`
}

async function imported(path: string): Promise<Record<string, unknown>> {
  const { createJiti } = await import('jiti')
  const options = { interopDefault: false, fsCache: true, moduleCache: true }
  const load = (tsconfigPaths: boolean) =>
    createJiti(pathToFileURL(path).href, { ...options, tsconfigPaths }).import<Record<string, unknown>>(path)
  try {
    return await load(false)
  } catch (error) {
    if (!/MODULE_NOT_FOUND$/.test(String((error as NodeJS.ErrnoException).code))) throw error
    // An alias of tsconfig.json, such as @/db, which drizzle-kit follows, too.
    return load(true).catch(() => {
      throw error
    })
  }
}
