import { hostname } from 'node:os'
import type { JournaledStep } from './journal-records.ts'
import type { PlannedSetting } from './plan.ts'
import { MARKER, type ServerState } from './server.ts'

export interface MarkerInput {
  readonly server: ServerState
  readonly session: string
  readonly profile: string
  readonly planned: readonly PlannedSetting[]
}

/**
 * The first step of an apply and the last one of its revert, where this server takes it: says who has tuned it. With a
 * profile that sets nothing for the whole server there is none.
 */
export function markerStep({ server, session, profile, planned }: MarkerInput): readonly JournaledStep[] {
  const { access, version } = server
  if (version < 170000 || !access.superuser || access.locked) return []
  if (planned.every((s) => s.scope !== undefined)) return []
  const wanted = `${profile}, applied from ${hostname()}, session ${session}`
  return [{ name: MARKER, wanted, effective: wanted, level: 'L1', takesEffect: 'reload' }]
}
