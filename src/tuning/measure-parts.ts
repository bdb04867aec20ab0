import type { PlannedSetting, TuningPlan } from './plan.ts'
import { MINIMAL_NEEDS } from './safety.ts'
import { sessionPlan } from './session.ts'

/** What is measured as one: a setting, or several that only work together. */
export interface Part {
  readonly names: readonly string[]
  readonly settings: readonly {
    readonly name: string
    /** For people, as it was without the profile. */
    readonly from: string
    readonly to: string
    /** Set by the sessions of the load alone. */
    readonly bySession: boolean
    readonly needsRestart: boolean
  }[]
}

/** Of the profile, and not measured. */
export interface Left {
  readonly name: string
  readonly why: string
}

export interface Means {
  readonly allowUnsafe: boolean
  readonly canRestart: boolean
}

/** The parts of the plan that make a difference here. */
export function measurable(
  plan: TuningPlan,
  { allowUnsafe, canRestart }: Means,
): { readonly parts: readonly Part[]; readonly left: readonly Left[] } {
  const bySession = sessionPlan(plan, { allowUnsafe })
  const left: Left[] = []
  const measured = plan.settings.filter((setting) => {
    const why = whyNot(setting, { canRestart, bySession: bySession[setting.name] !== undefined })
    if (why !== undefined) left.push({ name: setting.name, why })
    return why === undefined
  })
  // wal_level = minimal and what it needs: alone the server would not start with it.
  const minimal = measured.some((s) => s.name === 'wal_level' && s.wanted === 'minimal')
  const together = minimal ? measured.filter((s) => MINIMAL.has(s.name)) : []
  const alone = measured.filter((s) => !together.includes(s)).map((s) => [s])
  const groups = together.length === 0 ? alone : [together, ...alone]
  return {
    parts: groups.map((group) => ({
      names: group.map((s) => s.name),
      settings: group.map((s) => ({
        name: s.name,
        from: s.now,
        to: s.wanted,
        bySession: s.action !== 'set',
        needsRestart: s.action === 'set' && s.takesEffect === 'restart',
      })),
    })),
    left,
  }
}

const MINIMAL: ReadonlySet<string> = new Set(['wal_level', ...MINIMAL_NEEDS.map(([name]) => name)])

function whyNot(
  { action, takesEffect, note }: PlannedSetting,
  { canRestart, bySession }: { readonly canRestart: boolean; readonly bySession: boolean },
): string | undefined {
  if (bySession) return undefined
  if (action === 'unchanged') return note ?? 'has this value already'
  if (action === 'skip') return note ?? 'is not set here'
  if (takesEffect === 'restart' && !canRestart) return 'needs a restart, and nothing here restarts the server'
  return undefined
}
