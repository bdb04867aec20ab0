import type { Target } from '../../db/index.ts'
import { GigarowError } from '../../kernel/index.ts'
import type { ScratchServer } from '../../migrate/index.ts'
import type { CommandContext, OptionSpec } from '../command.ts'

export const SCRATCH_OPTIONS: readonly OptionSpec[] = [
  {
    flags: '--scratch <where>',
    description:
      'where scratch databases are made: on the embedded server (PostgreSQL 18), or on the server of the database itself',
    choices: ['embedded', 'target'],
  },
  { flags: '--scratch-url <url>', description: 'a server for scratch databases: postgresql://…/postgres' },
]

/** Where files and declarations become databases for a moment. Nothing is started before the first one is needed. */
export async function scratchServer(
  context: CommandContext,
  options: Readonly<Record<string, unknown>>,
  live: Target | undefined,
): Promise<ScratchServer> {
  const { scratchOn } = await import('../../migrate/index.ts')
  const { parseTarget } = await import('../../db/index.ts')
  const { scratch, scratchUrl } = options
  if (scratchUrl !== undefined) {
    if (scratch !== undefined)
      throw usage('--scratch and --scratch-url cannot be used together.', 'Use one of them.')
    return scratchOn(parseTarget(String(scratchUrl), 'argument'), { makesRoles: true })
  }
  if (scratch === 'target') {
    if (live === undefined)
      throw usage(
        '--scratch target needs a database as one of the sources.',
        'Name a server: --scratch-url postgresql://…',
      )
    return scratchOn(live)
  }
  const { scratchUrl: configured } = await context.config()
  if (configured !== undefined && scratch === undefined)
    return scratchOn(parseTarget(configured, 'config'), { makesRoles: true })
  let target: Promise<Target> | undefined
  return {
    makesRoles: true,
    withDatabase: async (use) => {
      target ??= embeddedTarget(context)
      return scratchOn(await target, { makesRoles: true }).withDatabase(use)
    },
  }
}

async function embeddedTarget(context: CommandContext): Promise<Target> {
  const cluster = await context.cluster()
  const running = cluster.target()
  if (running !== undefined) return running
  const target = await cluster.start()
  context.out.note(context.out.colors.dim('The embedded server keeps running; gigarow db stop ends it.'))
  return target
}

function usage(message: string, hint: string): GigarowError {
  return new GigarowError('USAGE', message, { hint })
}
