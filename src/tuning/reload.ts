import { setTimeout as pause } from 'node:timers/promises'
import type { ReservedSql } from '../db/index.ts'
import { GigarowError } from '../kernel/index.ts'
import { readPlaces } from './server.ts'

const PATIENCE_MS = 20_000
/** A server that is merely slow has no error in its files. */
const LOOK_AFTER_MS = 1_000

/**
 * Reloads the configuration and waits until this session has seen it: pg_reload_conf() only says that a signal was sent,
 * and an error in any file makes the server ignore all of them.
 */
export async function reloadAndWait(session: ReservedSql): Promise<void> {
  const before = await loadTime(session)
  await session`select pg_reload_conf()`
  const begun = Date.now()
  for (let next = LOOK_AFTER_MS; (await loadTime(session)) === before; await pause(20)) {
    const waited = Date.now() - begun
    if (waited < next) continue
    const { fileErrors } = await readPlaces(session)
    if (fileErrors.length > 0 || waited > PATIENCE_MS) throw notReloaded(fileErrors)
    next = waited + LOOK_AFTER_MS
  }
}

async function loadTime(session: ReservedSql): Promise<string> {
  const [row] = await session<{ at: string }[]>`select pg_conf_load_time()::text as at`
  return row!.at
}

function notReloaded(fileErrors: readonly string[]): GigarowError {
  return new GigarowError(
    'TUNING_NOT_EFFECTIVE',
    `The server has not read its configuration files again${fileErrors.length > 0 ? `: ${fileErrors[0]}` : ''}.`,
    {
      facts: { errors: fileErrors },
      hint: 'Correct the error in that file (the server’s log names it too), then run the same command again.',
    },
  )
}
