import { GigarowError } from '../kernel/index.ts'
import type { TuneSession } from './context.ts'
import type { Journal } from './journal.ts'
import type { JournaledStep } from './journal-records.ts'
import { isListSetting } from './list-value.ts'
import { SESSION_SOURCES } from './plan.ts'
import { readSettings, type ServerSetting, settingOf } from './server.ts'
import { humanise, sameValue } from './values.ts'

/**
 * Compares what the server uses with what was wanted, setting by setting. Returns those that wait for a restart; closes
 * the apply in the journal when there are none. Throws TUNING_NOT_EFFECTIVE.
 */
export async function verifyApplied(tune: TuneSession, journal: Journal): Promise<readonly string[]> {
  const open = journal.state()!
  const live = await settingsInForce(tune, open.settings)
  const pending: string[] = []
  const wrong: ServerSetting[] = []
  for (const step of open.settings) {
    const row = settingOf(live, step.name)
    if (step.scope === undefined && waitsForRestart(row, step.effective)) pending.push(step.name)
    else if (shadowed(step, row) || inForce(row, step.effective) || !live.has(step.name.toLowerCase())) {
      if (!step.verified) journal.append({ type: 'verified', name: step.name, effective: row.setting })
    } else wrong.push(row)
  }
  if (wrong.length > 0) throw notEffective(wrong)
  if (pending.length > 0) journal.append({ type: 'pending', names: pending })
  else if (open.phase === 'applying') journal.append({ type: 'applied' })
  return pending
}

/**
 * pg_settings.pending_restart does not tell all: of a value that the server has chosen itself at its start ('override') it
 * says nothing when the files say something else since then, or, PostgreSQL 18, that it is pending when it is not.
 */
export function waitsForRestart(row: ServerSetting, effective: string): boolean {
  if (row.context !== 'postmaster' || row.source !== 'override') return row.pendingRestart
  return !sameValue(row, row.setting, effective)
}

/** The server shows some texts in its own words (on is pglz, europe/berlin Europe/Berlin): then it counts where they come from. */
function inForce(row: ServerSetting, effective: string): boolean {
  if (sameValue(row, row.setting, effective)) return true
  const ours =
    row.source === 'configuration file' && row.sourcefile?.endsWith('/postgresql.auto.conf') === true
  return ours && ['string', 'enum'].includes(row.vartype) && !isListSetting(row.name)
}

/** What this session sees then says nothing about the server. */
function shadowed({ scope }: JournaledStep, row: ServerSetting): boolean {
  if (scope === undefined) return SESSION_SOURCES.includes(row.source)
  // What a role has wins over what its database has.
  return scope.role === null && row.source !== 'database' && SESSION_SOURCES.includes(row.source)
}

/** By lower-case name. What a role's setting does is seen only by a session that begins after it. */
export async function settingsInForce(
  { db, session }: TuneSession,
  steps: readonly JournaledStep[],
): Promise<ReadonlyMap<string, ServerSetting>> {
  const fresh = steps.some((s) => s.scope !== undefined)
  const rows = fresh ? await db.withSession(readSettings) : await readSettings(session)
  return new Map(rows.map((row) => [row.name.toLowerCase(), row]))
}

function notEffective(rows: readonly ServerSetting[]): GigarowError {
  const found = rows.map((row) => `${row.name} is ${humanise(row, row.setting)} (from: ${row.source})`)
  return new GigarowError(
    'TUNING_NOT_EFFECTIVE',
    `The server does not use what was set: ${found.join(', ')}.`,
    {
      facts: { settings: rows.map((row) => row.name) },
      hint: 'Something wins over ALTER SYSTEM, or somebody changed it meanwhile: select * from pg_settings where name = …',
    },
  )
}
