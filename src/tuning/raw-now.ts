import type { ReservedSql } from '../db/index.ts'
import type { JournaledStep } from './journal-records.ts'
import { rawOf } from './means.ts'
import { checkFiles } from './safety.ts'
import { readPlaces, readScoped } from './server.ts'

/**
 * The text that stands there at this moment, asked right before each change: what somebody else has written since the
 * first look is his, and must be seen. Throws TUNING_NOT_ALLOWED while an error in a file hides the rest from the server.
 */
export async function rawNow(
  session: ReservedSql,
  { name, scope }: Pick<JournaledStep, 'name' | 'scope'>,
): Promise<string | null> {
  if (scope !== undefined) return rawOf({ auto: new Map(), scoped: await readScoped(session) }, name, scope)
  const { auto, fileErrors } = await readPlaces(session)
  checkFiles(fileErrors)
  return rawOf({ auto, scoped: [] }, name, scope)
}
