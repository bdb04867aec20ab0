import { GigarowError } from '../../../kernel/index.ts'
import type { RenderFormat, RenderItem, TuningProfile } from '../../../tuning/index.ts'
import type { Command, CommandContext } from '../../command.ts'
import { HARDWARE_OPTIONS, hardwareOverrides, SELECTION_OPTIONS, selection } from '../../tuning/options.ts'

type Options = Readonly<Record<string, unknown>>

export const renderCommand: Command = {
  name: 'render',
  summary: 'the settings of a profile as text, for whoever may set them; changes nothing',
  args: '<profile>',
  options: [
    {
      flags: '--for <what>',
      description: 'postgresql.conf, psql, or the commands of a provider',
      default: 'alter-system',
      // RENDER_FORMATS of the engine, which is not loaded for --help.
      choices: ['conf', 'alter-system', 'rds', 'aurora', 'cloudsql', 'azure'],
    },
    {
      flags: '--server-version <major>',
      description: 'ask no server: write all of the profile, for this version of PostgreSQL',
    },
    { flags: '--name <name>', description: 'of the parameter group, the instance or the server' },
    { flags: '--resource-group <name>', description: 'of the server (azure)' },
    ...HARDWARE_OPTIONS,
    ...SELECTION_OPTIONS,
  ],
  examples: [
    'gigarow tune render oltp --for conf --server-version 17 --memory 64GB --cpus 16 --disk ssd --disk-free 500GB',
    'gigarow tune render bulk-safe --for rds --name my-group --server-version 16 --memory 32GB --cpus 8',
  ],
  run: async (context, { args, options }) => {
    const { findProfile } = await import('../../tuning/profiles.ts')
    const { renderSettings } = await import('../../../tuning/index.ts')
    const format = options.for as RenderFormat
    const { profile } = await findProfile((await context.config()).tuning, args[0]!)
    const items =
      options.serverVersion === undefined
        ? await fromServer(context, profile, options)
        : await withoutServer(context, profile, options)
    const text = renderSettings(format, items, {
      profile: profile.name,
      ...(options.name === undefined ? {} : { name: String(options.name) }),
      ...(options.resourceGroup === undefined ? {} : { resourceGroup: String(options.resourceGroup) }),
    })
    context.out.document({ format, settings: items, text })
    context.out.print(items.length === 0 ? 'Nothing to change.' : text.trimEnd())
    return 0
  },
}

async function fromServer(
  context: CommandContext,
  profile: TuningProfile,
  options: Options,
): Promise<readonly RenderItem[]> {
  const { tuningContext } = await import('../../tuning/context.ts')
  const { itemsOfPlan, planForServer } = await import('../../../tuning/index.ts')
  const { tuning } = await tuningContext(context)
  const asked = { profile, hardware: hardwareOverrides(options), selection: selection(options) }
  return itemsOfPlan(await planForServer({ ...tuning, ...asked }))
}

async function withoutServer(
  context: CommandContext,
  profile: TuningProfile,
  options: Options,
): Promise<readonly RenderItem[]> {
  const { itemsOfProfile, probeThisMachine } = await import('../../../tuning/index.ts')
  const major = Number(options.serverVersion)
  if (!Number.isInteger(major) || major < 14 || major > 99) {
    throw new GigarowError(
      'USAGE',
      `--server-version "${String(options.serverVersion)}" is no major version.`,
      {
        hint: 'Write 14 or later, such as 17.',
      },
    )
  }
  const { stateDir } = await context.config()
  const hardware = await probeThisMachine(stateDir, { ...hardwareOverrides(options), major })
  return itemsOfProfile(profile, { hardware, major, selection: selection(options) })
}
