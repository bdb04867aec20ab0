import { setTimeout as pause } from 'node:timers/promises'
import type { ReservedSql } from '../db/index.ts'
import { GigarowError } from '../kernel/index.ts'
import { readServer } from './server.ts'

const PATIENCE_MS = 20_000

/**
 * Reloads the configuration and waits until this session has seen it: pg_reload_conf() only says that a signal was sent,
 * and an error in any file makes the server ignore all of them.
 */
export async function reloadAndWait(session: ReservedSql): Promise<void> {
  const before = await loadTime(session)
  await session`select pg_reload_conf()`
  const deadline = Date.now() + PATIENCE_MS
  while ((await loadTime(session)) === before) {
    if (Date.now() > deadline) throw await notReloaded(session)
    await pause(20)
  }
}

async function loadTime(session: ReservedSql): Promise<string> {
  const [row] = await session<{ at: string }[]>`select pg_conf_load_time()::text as at`
  return row!.at
}

async function notReloaded(session: ReservedSql): Promise<GigarowError> {
  const { fileErrors } = await readServer(session)
  return new GigarowError(
    'TUNING_NOT_EFFECTIVE',
    `The server has not read its configuration files again${fileErrors.length > 0 ? `: ${fileErrors[0]}` : ''}.`,
    {
      facts: { errors: fileErrors },
      hint: 'Correct the error in that file (the server’s log names it too), then run the same command again.',
    },
  )
}
