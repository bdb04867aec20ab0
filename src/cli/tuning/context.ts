import { resolve } from 'node:path'
import type { Cluster } from '../../cluster/index.ts'
import { describeTarget, type Target, withDatabase } from '../../db/index.ts'
import { isGigarowError } from '../../kernel/index.ts'
import type { RestartDriver, TuningContext } from '../../tuning/index.ts'
import type { CommandContext } from '../command.ts'
import { parseTime, restartSpec } from './options.ts'
import { tuningReporter } from './reporter.ts'

export interface CliTuning {
  readonly tuning: TuningContext
  /** gigarow's own server: everything on it can be made again. */
  readonly embedded: boolean
}

type Options = Readonly<Record<string, unknown>>

/** Hands the target and the means to restart and to mend it to the tuning engine. */
export async function tuningContext(context: CommandContext, options: Options = {}): Promise<CliTuning> {
  const config = await context.config()
  const cluster = await embeddedOf(context)
  const drainMs = parseTime('--drain', options.drain)
  const locate = async (): Promise<Target> => (cluster === undefined ? context.target() : cluster.start())
  return {
    embedded: cluster !== undefined,
    tuning: {
      connect: async (doing, use) =>
        withDatabase(await locate(), { max: 3, applicationName: 'gigarow tune', doing }, use),
      stateDir: config.stateDir,
      emit: tuningReporter(context.out),
      signal: context.signal,
      ...(drainMs === undefined ? {} : { drainMs }),
      ...(cluster === undefined
        ? await ownServer(context, options)
        : { driver: cluster, dataDirectory: cluster.dataDirectory }),
    },
  }
}

/** A server of the user's own: its driver by flag or configuration, its files when they are here. */
async function ownServer(
  context: CommandContext,
  options: Options,
): Promise<{ driver?: RestartDriver; dataDirectory?: string }> {
  const { restartDriver, stoppedServerOf } = await import('../../tuning/index.ts')
  const config = await context.config()
  const spec = restartSpec(options.restartWith) ?? config.restart
  const target = await context.target()
  const named = options.data === undefined ? undefined : resolve(context.cwd, String(options.data))
  const dataDirectory = named ?? stoppedServerOf(config.stateDir, describeTarget(target))
  return {
    ...(spec === undefined ? {} : { driver: restartDriver(spec) }),
    ...(dataDirectory === undefined ? {} : { dataDirectory }),
  }
}

/** Whether a server can be asked without starting one: where nothing was applied from here, that is not worth a start. */
export async function canAsk(context: CommandContext): Promise<boolean> {
  if ((await context.externalTarget()) !== undefined) return true
  return (await context.cluster()).target() !== undefined
}

/** A server that does not start, perhaps because of our settings, is one that revert has to get at. */
async function embeddedOf(context: CommandContext): Promise<Cluster | undefined> {
  try {
    const { origin } = await context.target()
    if (origin !== 'embedded') return undefined
  } catch (error) {
    if (!isGigarowError(error) || error.code !== 'CLUSTER_START_FAILED') throw error
  }
  return context.cluster()
}
