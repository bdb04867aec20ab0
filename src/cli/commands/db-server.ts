import type { Cluster } from '../../cluster/index.ts'
import type { Target } from '../../db/index.ts'
import type { Command, CommandContext } from '../command.ts'
import { confirm } from '../confirm.ts'

export const dbStart: Command = {
  name: 'start',
  summary: 'start the embedded server; it keeps running until `gigarow db stop`',
  examples: ['gigarow db start', 'gigarow db start --json'],
  run: async (context) => {
    const cluster = await embedded(context)
    const running = cluster.target()
    const target = running ?? (await cluster.start())
    const { describeTarget } = await import('../../db/index.ts')
    context.out.print(
      `${running === undefined ? 'Running' : 'Already running'}: ${describeTarget(target)}. gigarow db url prints the address with the password.`,
    )
    context.out.document({ started: running === undefined, ...cluster.status() })
    return 0
  },
}

export const dbStop: Command = {
  name: 'stop',
  summary: 'stop the embedded server; the data stays',
  examples: ['gigarow db stop'],
  run: async (context) => {
    const cluster = await embedded(context)
    const stopped = await cluster.stop()
    context.out.print(
      stopped ? 'Stopped; the data stays for the next start.' : 'The embedded server does not run.',
    )
    context.out.document({ stopped, ...cluster.status() })
    return 0
  },
}

export const dbStatus: Command = {
  name: 'status',
  summary: 'which server the commands work on, and its state; exit code 0 whatever it is',
  examples: ['gigarow db status', 'gigarow db status --json'],
  run: async (context) => {
    const external = await context.externalTarget()
    if (external !== undefined) return externalStatus(context, external)
    const status = (await context.cluster()).status()
    const rows: [string, string | number | null][] = [
      ['state', status.state],
      ['version', status.version && `PostgreSQL ${status.version}`],
      ['port', status.port],
      ['process', status.pid],
      ['user', status.runAs],
      ['data', status.state === 'absent' ? null : status.dataDir],
      ['socket', status.state === 'running' ? status.socketDir : null],
      ['log', status.state === 'absent' ? null : status.logFile],
    ]
    context.out.print(
      [
        'embedded server',
        ...rows.filter(([, value]) => value !== null).map(([name, value]) => `  ${name.padEnd(8)} ${value}`),
        ...(status.state === 'running'
          ? []
          : ['Start it with gigarow db start; other commands do so by themselves.']),
      ].join('\n'),
    )
    context.out.document({ server: 'embedded', ...status })
    return 0
  },
}

export const dbUrl: Command = {
  name: 'url',
  summary: 'print the address of the server, password included, for psql and drivers',
  examples: ['psql "$(gigarow db url)"', 'DATABASE_URL="$(gigarow db url)" npm start'],
  run: async (context) => {
    const { targetUrl } = await import('../../db/index.ts')
    const url = targetUrl(await context.target())
    context.out.print(url)
    context.out.document({ url })
    return 0
  },
}

export const dbReset: Command = {
  name: 'reset',
  summary: 'stop the embedded server and delete all of its data',
  options: [{ flags: '--dry-run', description: 'say what would be deleted, and change nothing' }],
  examples: ['gigarow db reset', 'gigarow db reset --yes'],
  run: async (context, { options }) => {
    const cluster = await embedded(context)
    const { dataDir } = cluster.status()
    if (options.dryRun === true) {
      context.out.print(`Would stop the embedded server and delete ${dataDir}.`)
      context.out.document({ dryRun: true, dataDir })
      return 0
    }
    await confirm(context, `Delete the embedded server with all of its data (${dataDir})?`)
    await cluster.reset()
    const { closeJournalsOf } = await import('../../tuning/index.ts')
    closeJournalsOf((await context.config()).stateDir, dataDir)
    context.out.print('Deleted. The next start makes an empty server.')
    context.out.document({ deleted: true, dataDir })
    return 0
  },
}

/** The embedded server is meant even where another one is in use: said, so that nobody believes to have reset that. */
async function embedded(context: CommandContext): Promise<Cluster> {
  const external = await context.externalTarget()
  if (external !== undefined) {
    const { describeTarget } = await import('../../db/index.ts')
    context.out.note(
      `Other commands work on ${describeTarget(external)}, not on the embedded server that this is about.`,
    )
  }
  return context.cluster()
}

async function externalStatus({ out }: CommandContext, target: Target): Promise<number> {
  const { describeTarget, withDatabase } = await import('../../db/index.ts')
  const facts = { server: 'external', origin: target.origin, url: describeTarget(target) }
  try {
    const version = await withDatabase(
      target,
      { doing: 'asking for its version', max: 1 },
      async ({ sql }) => {
        const [row] = await sql<{ version: string }[]>`select current_setting('server_version') as version`
        return row!.version
      },
    )
    out.print(`${facts.url}\n  state    running\n  version  PostgreSQL ${version}`)
    out.document({ ...facts, state: 'running', version })
  } catch (error) {
    const { message } = error as Error
    out.print(`${facts.url}\n  state    not usable: ${message}`)
    out.document({ ...facts, state: 'unusable', version: null, reason: message })
  }
  return 0
}
