import type { Plan, Rename, Unmanaged } from '../../diff/index.ts'
import type { Proof, ScratchServer } from '../../migrate/index.ts'
import type { Allowed } from '../allow.ts'
import type { CommandContext } from '../command.ts'
import { withBoth } from '../diff/compare.ts'
import { refusedError, refuseHazards, valueLossOf } from '../diff/refused.ts'
import { assertRenames, declaredRenames } from '../diff/renames.ts'
import type { ResolvedSource } from '../diff/sources.ts'
import { dangerHint } from './danger-hint.ts'
import { withDistribution } from './distribution.ts'

export interface Planning {
  /** The migrations folder. */
  readonly from: ResolvedSource
  /** The declarations. */
  readonly to: ResolvedSource
  readonly scratch: ScratchServer
  readonly now: number
  readonly renames: readonly Rename[]
  readonly allow: readonly Allowed[]
  readonly onlineTypes: boolean
  readonly prove: boolean
  /** For a migration that somebody writes by hand: nothing is refused or proved. */
  readonly onlyLook: boolean
}

export interface Planned {
  readonly plan: Plan
  readonly proof: Proof | undefined
  readonly unmanaged: Unmanaged
}

/** What leads from the migrations to the declarations. Throws REFUSED, PROOF_FAILED and what sources throw. */
export async function planMigration(
  context: Pick<CommandContext, 'signal'>,
  input: Planning,
): Promise<Planned> {
  const { from, to, scratch, now, allow, onlineTypes } = input
  const { policies } = to
  const sources = { from: from.source, to: to.source, policies, scratch, now, ahead: 'leave' } as const
  const { diff, unmanaged: unmanagedIn } = await import('../../diff/index.ts')
  const { prove, readable, reversesOf } = await import('../../migrate/index.ts')
  return withBoth(context, sources, async (a, b) => {
    assertRenames(input.renames, a.catalog, b.catalog)
    const renames = [...input.renames, ...declaredRenames(to.renames, a.catalog)]
    const options = { renames, onlineTypes, ...valueLossOf(a.catalog, allow) }
    const found = diff(a.catalog, b.catalog, options)
    if (!input.onlyLook) {
      if (found.refusals.length > 0) throw refusedError(found)
      refuseHazards(found, {
        allow,
        what: 'The migration is not written',
        hint: dangerHint(a.catalog, b.catalog),
        // Nothing is renamed that was not declared or named by --rename.
        asked: (rule) => /^rename-(table|column|schema)$/.test(rule),
      })
    }
    const unmanaged = unmanagedIn(a.catalog, b.catalog)
    const plan = await readable(found, { from: a.catalog, to: b.catalog, policies })
    const whole = withDistribution(plan, { from: a.catalog, distribution: to.distribution ?? [] })
    if (!input.prove || input.onlyLook || plan.statements.length === 0)
      return { plan: whole, proof: undefined, unmanaged }
    const { signal } = context
    const proof = await prove({
      from: a.catalog,
      to: b,
      plan,
      options,
      down: plan.statements.some(({ reverse }) => 'none' in reverse) ? [] : reversesOf(plan),
      scratch,
      signal,
    })
    return { plan: whole, proof, unmanaged }
  })
}
