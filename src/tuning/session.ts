import { resolveValue, type TuningPlan } from './plan.ts'
import { type Hardware, specsOf, type TuningProfile } from './profile.ts'

/**
 * The settings of level L0: name -> text for the sessions of a load, which set them for themselves when they begin. The
 * server's other sessions never see them, so there is nothing to put back.
 */
export function sessionSettings(
  profile: TuningProfile,
  hardware: Hardware,
): Readonly<Record<string, string>> {
  const own = specsOf(profile).flatMap(([name, spec]) => {
    const value = spec.level === 'L0' ? resolveValue(spec, hardware) : undefined
    return value === undefined ? [] : [[name, value] as const]
  })
  return Object.freeze(Object.fromEntries(own))
}

/**
 * What the sessions of a load set for themselves on the server of the plan: level L0, what this user may not set for the
 * server, and what the server's command line or the role's own settings keep from having an effect. Of level L3 only what is
 * allowed.
 */
export function sessionPlan(
  { settings }: TuningPlan,
  { allowUnsafe }: { readonly allowUnsafe: boolean },
): Readonly<Record<string, string>> {
  const own = settings.filter((s) => s.inSession === true && (allowUnsafe || s.level !== 'L3'))
  return Object.freeze(Object.fromEntries(own.map((s) => [s.name, s.wanted])))
}
