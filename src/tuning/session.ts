import { resolveValue } from './plan.ts'
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
