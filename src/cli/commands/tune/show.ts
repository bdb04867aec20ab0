import type { SettingSpec } from '../../../tuning/index.ts'
import type { Command } from '../../command.ts'
import { HARDWARE_OPTIONS, hardwareOverrides, SELECTION_OPTIONS, selection } from '../../tuning/options.ts'

export const showCommand: Command = {
  name: 'show',
  summary: 'what a profile sets on hardware like this, and why; asks no server',
  args: '<profile>',
  options: [...HARDWARE_OPTIONS, ...SELECTION_OPTIONS],
  examples: ['gigarow tune show bulk', 'gigarow tune show bulk-safe --memory 64GB --cpus 16 --disk-free 2TB'],
  run: async (context, { args, options }) => {
    const { findProfile } = await import('../../tuning/profiles.ts')
    const { columns, describeHardware } = await import('../../tuning/render.ts')
    const { probeThisMachine, resolveValue, selectSettings } = await import('../../../tuning/index.ts')
    const overrides = hardwareOverrides(options)
    const config = await context.config()
    const { profile, file } = await findProfile(config.tuning, args[0]!)
    const hardware = await probeThisMachine(config.stateDir, overrides)
    const settings = selectSettings(profile, selection(options)).map(([name, spec]) => ({
      name,
      value: resolveValue(spec, hardware) ?? null,
      level: spec.level,
      versions: versionsOf(spec),
      reason: spec.reason,
    }))
    const { name, description } = profile
    context.out.document({ name, description, file: file ?? null, hardware, settings })
    const { bold, dim } = context.out.colors
    const heads = columns(
      settings.map((s) => [s.name, s.value ?? 'as it is', s.level, s.versions ?? '']),
    ).split('\n')
    const lines = settings.flatMap((s, i) => [heads[i]!, dim(`    ${s.reason}`)])
    const text = [bold(description), dim(`for ${describeHardware(hardware)}`), '', ...lines, '', dim(LEVELS)]
    context.out.print(text.join('\n'))
    return 0
  },
}

const LEVELS =
  'L0 only for the sessions that load · L1 a reload · L2 a restart · L3 durability: --unsafe, but for the embedded server'

/** Null: every one that gigarow supports. */
function versionsOf({ since, until }: SettingSpec): string | null {
  if (since === undefined && until === undefined) return null
  if (since === until) return `PostgreSQL ${since}`
  return `PostgreSQL ${since ?? 14}${until === undefined ? ' and later' : ` to ${until}`}`
}
