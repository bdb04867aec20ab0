import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Database } from '../../db/index.ts'
import { GigarowError } from '../../kernel/index.ts'
import type { CommandContext } from '../command.ts'

/** A load or an import that is to go on. */
export interface Begun {
  /** Where it stands. */
  readonly ledger: 'seed_run' | 'import_run'
  readonly id: number
  readonly what: string
  readonly facts: Readonly<Record<string, string>>
  /** How to begin again where the rest of the server does not matter. */
  readonly anew: string
}

/**
 * Rows and ledger alike may be damaged when the server's machine went down while a tuning profile had durability off: what began before that
 * does not go on. (A crash of the server alone is none: what it wrote is with the kernel.) Throws TUNING_DATA_SUSPECT.
 */
export async function refuseUntrusted(
  context: Pick<CommandContext, 'config' | 'target' | 'cluster' | 'externalTarget' | 'out' | 'signal'>,
  db: Database,
  { ledger, id, what, facts, anew }: Begun,
): Promise<void> {
  const { stateDir } = await context.config()
  // Nothing was ever tuned from here.
  if (!existsSync(join(stateDir, 'tuning'))) return
  const { tuningStatus } = await import('../../tuning/index.ts')
  const { tuningContext } = await import('./context.ts')
  const { tuning } = await tuningContext(context as CommandContext)
  const { suspect, last } = await tuningStatus(tuning)
  if (!suspect) return
  // While the profile is in force the server that runs now began after the crash; later it is known when the settings were put back.
  const [row] = await db.sql.unsafe<{ before: boolean }[]>(
    `select started_at < coalesce($1::text::timestamptz, pg_postmaster_start_time()) as before from gigarow.${ledger} where id = $2`,
    [last?.at ?? null, id],
  )
  if (row?.before !== true) return
  throw new GigarowError(
    'TUNING_DATA_SUSPECT',
    `${what} cannot go on: the machine of the server was restarted while durability was off, so its rows and the ledger may be damaged.`,
    {
      facts: { run: id, ...facts },
      hint: `Nothing on this server is to be trusted (gigarow tune status): make the cluster anew, or ${anew} if the rest does not matter.`,
    },
  )
}
