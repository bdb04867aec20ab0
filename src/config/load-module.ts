import { pathToFileURL } from 'node:url'
import { GigarowError, isGigarowError } from '../kernel/index.ts'

/**
 * Imports a user's file, .ts included, and returns its exports. Node 20 cannot load TypeScript and cosmiconfig's own
 * loader needs TypeScript 5's API; jiti does both jobs. Throws MODULE_FAILED with the file and the reason.
 */
export async function loadModule(path: string): Promise<Record<string, unknown>> {
  const { createJiti } = await import('jiti')
  const jiti = createJiti(pathToFileURL(path).href, {
    interopDefault: false,
    fsCache: true,
    moduleCache: true,
  })
  try {
    return await jiti.import<Record<string, unknown>>(path)
  } catch (error) {
    if (isGigarowError(error)) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new GigarowError('MODULE_FAILED', `${path} could not be loaded: ${reason.split('\n')[0]}`, {
      facts: { path },
      cause: error,
      hint: 'Correct the file; the error is in it or in something that it imports.',
    })
  }
}
