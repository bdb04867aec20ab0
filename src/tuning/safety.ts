import { GigarowError } from '../kernel/index.ts'
import type { ServerState } from './server.ts'

/** What is about to be changed. */
export interface Intended {
  readonly profile: string
  readonly names: readonly string[]
  /** Those of level L3. */
  readonly unsafe: readonly string[]
  readonly needsRestart: boolean
  /** Whether anything goes into postgresql.auto.conf. */
  readonly system: boolean
  /** Lower-case name -> value that pg_settings will show. */
  readonly values: ReadonlyMap<string, string>
}

export interface SafetyOptions {
  /** The user said --unsafe, or the server is gigarow's own and holds only what can be made again. */
  readonly allowUnsafe: boolean
  readonly mayRestart: boolean
}

/** Throws when the plan must not be carried out on this server. */
export function checkSafety(plan: Intended, server: ServerState, options: SafetyOptions): void {
  if (plan.system) checkFiles(server.fileErrors)
  if (plan.unsafe.length > 0) checkDurability(plan, server, options)
  checkCombination(plan, server)
  if (plan.needsRestart && options.mayRestart) checkForeignPending(plan, server)
}

/**
 * With an error in a configuration file the server ignores all of them when it reloads, and says so only in its log; of
 * what stands behind it, postgresql.auto.conf too, pg_file_settings then shows nothing.
 */
export function checkFiles(errors: readonly string[]): void {
  if (errors.length === 0) return
  throw new GigarowError(
    'TUNING_NOT_ALLOWED',
    `The server's configuration files have errors: ${errors[0]}.`,
    {
      facts: { errors },
      hint: 'Correct them first (select * from pg_file_settings where error is not null): until then no reload has any effect.',
    },
  )
}

/** wal_level = minimal next to any of these is a server that does not start. */
export const MINIMAL_NEEDS: readonly (readonly [string, string])[] = [
  ['max_wal_senders', '0'],
  ['archive_mode', 'off'],
  ['summarize_wal', 'off'],
]

function checkCombination({ values, profile }: Intended, server: ServerState): void {
  const willBe = (name: string) => values.get(name) ?? server.settings.get(name)?.setting
  if (willBe('wal_level') !== 'minimal') return
  const wrong = MINIMAL_NEEDS.filter(([name, needed]) => (willBe(name) ?? needed) !== needed)
  if (wrong.length === 0 || !MINIMAL_NEEDS.some(([name]) => values.has(name) || values.has('wal_level')))
    return
  const needs = wrong.map(([name, needed]) => `${name} = ${needed}`).join(' and ')
  throw new GigarowError('TUNING_REFUSED', `With wal_level = minimal the server starts only with ${needs}.`, {
    facts: { profile, settings: wrong.map(([name]) => name) },
    hint: 'Take wal_level out as well (--except wal_level), or leave these in the profile. Nothing was changed.',
  })
}

function checkDurability(plan: Intended, server: ServerState, { allowUnsafe }: SafetyOptions): void {
  const names = plan.unsafe.join(', ')
  if (server.standby) {
    throw new GigarowError(
      'TUNING_REFUSED',
      `${plan.profile} turns off durability (${names}), and this server is a standby: what it holds is there to survive, and it writes no WAL of its own that could be spared.`,
      {
        facts: { settings: plan.unsafe, dependents: ['standby'] },
        hint: 'No flag allows that. A profile without settings of level L3 can be applied here, or --except them.',
      },
    )
  }
  const dependents = dependentsOf(server)
  if (dependents.length > 0) {
    throw new GigarowError(
      'TUNING_REFUSED',
      `${plan.profile} turns off durability (${names}), and this server has ${dependents.join(' and ')}.`,
      {
        facts: { settings: plan.unsafe, dependents },
        hint: 'They would be broken by it, and no flag allows that. Use bulk-safe, or a server of its own.',
      },
    )
  }
  if (!allowUnsafe) {
    throw new GigarowError(
      'TUNING_REFUSED',
      `${plan.profile} turns off durability (${names}): a crash of the machine can destroy every database of this server.`,
      {
        facts: { settings: plan.unsafe, flag: '--unsafe' },
        hint: 'Use bulk-safe, which is nearly as fast; or add --unsafe when everything on this server can be made again.',
      },
    )
  }
}

function dependentsOf(server: ServerState): string[] {
  const found: string[] = []
  if (server.standbys > 0)
    found.push(`${server.standbys} connected standby${server.standbys === 1 ? '' : 's'}`)
  if (server.slots > 0) found.push(`${server.slots} replication slot${server.slots === 1 ? '' : 's'}`)
  if ((server.settings.get('archive_mode')?.setting ?? 'off') !== 'off') found.push('archiving')
  return found
}

/** Our restart would also put in force what somebody else left waiting for one, and could not take that back. */
function checkForeignPending(plan: Intended, server: ServerState): void {
  const ours = new Set(plan.names)
  const foreign = [...server.settings.values()]
    // Of what the server has chosen itself the flag says nothing.
    .filter((s) => s.pendingRestart && s.source !== 'override' && !ours.has(s.name))
    .map((s) => s.name)
  if (foreign.length === 0) return
  throw new GigarowError(
    'TUNING_REFUSED',
    `The profile needs a restart, which would also put in force ${foreign.join(', ')}, changed earlier by somebody else.`,
    {
      facts: { pending: foreign, flag: '--no-restart' },
      hint: 'Restart the server first, or take those changes back; --no-restart applies what needs only a reload.',
    },
  )
}
