import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Database } from '../../db/index.ts'
import { GigarowError } from '../../kernel/index.ts'
import type { Run } from '../../seed/index.ts'
import type { CommandContext } from '../command.ts'

/**
 * Rows and ledger alike may be damaged when the server's machine went down while a tuning profile had durability off: a load that
 * began before that does not go on. (A crash of the server alone is none: what it wrote is with the kernel.) Throws TUNING_DATA_SUSPECT.
 */
export async function refuseUntrusted(
  context: Pick<CommandContext, 'config' | 'target' | 'cluster' | 'externalTarget' | 'out' | 'signal'>,
  db: Database,
  run: Pick<Run, 'id' | 'plan'>,
): Promise<void> {
  const { stateDir } = await context.config()
  // Nothing was ever tuned from here.
  if (!existsSync(join(stateDir, 'tuning'))) return
  const { tuningStatus } = await import('../../tuning/index.ts')
  const { tuningContext } = await import('../tuning/context.ts')
  const { tuning } = await tuningContext(context as CommandContext)
  const { suspect, last } = await tuningStatus(tuning)
  if (!suspect) return
  // While the profile is in force the server that runs now began after the crash; later it is known when the settings were put back.
  const [row] = await db.sql<{ before: boolean }[]>`
    select started_at < coalesce(${last?.at ?? null}::text::timestamptz, pg_postmaster_start_time()) as before
      from gigarow.seed_run where id = ${run.id}`
  if (row?.before !== true) return
  const { profile } = run.plan
  throw new GigarowError(
    'TUNING_DATA_SUSPECT',
    `Load ${run.id} of profile ${profile} cannot go on: the machine of the server was restarted while durability was off, so its rows and the ledger may be damaged.`,
    {
      facts: { run: run.id, profile },
      hint: 'Nothing on this server is to be trusted (gigarow tune status): make the cluster anew, or load again with --truncate if the rest does not matter.',
    },
  )
}
