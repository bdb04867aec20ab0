import type { Command, CommandContext, CommandInput } from '../../command.ts'
import { HARDWARE_OPTIONS, hardwareOverrides, SELECTION_OPTIONS, selection } from '../../tuning/options.ts'

export const planCommand: Command = {
  name: 'plan',
  summary: 'what applying a profile would change on the server; changes nothing',
  args: '<profile>',
  options: [...HARDWARE_OPTIONS, ...SELECTION_OPTIONS],
  examples: [
    'gigarow tune plan bulk',
    'gigarow tune plan bulk-safe --url postgresql://postgres@db/app --memory 64GB',
  ],
  run: runPlan,
}

/** Also `apply --dry-run`. */
export async function runPlan(context: CommandContext, { args, options }: CommandInput): Promise<number> {
  const { findProfile } = await import('../../tuning/profiles.ts')
  const { tuningContext } = await import('../../tuning/context.ts')
  const { renderPlan } = await import('../../tuning/render.ts')
  const { planForServer } = await import('../../../tuning/index.ts')
  const hardware = hardwareOverrides(options)
  const { profile } = await findProfile((await context.config()).tuning, args[0]!)
  const { tuning } = await tuningContext(context)
  const plan = await planForServer({ ...tuning, profile, hardware, selection: selection(options) })
  context.out.document(plan)
  context.out.print(renderPlan(plan, context.out.colors))
  return 0
}
