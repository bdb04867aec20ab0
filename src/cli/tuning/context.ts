import { resolve } from 'node:path'
import type { Cluster } from '../../cluster/index.ts'
import { describeTarget, type Target, withDatabase } from '../../db/index.ts'
import { GigarowError, isGigarowError } from '../../kernel/index.ts'
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

/** Hands the target and the means to restart and to mend it to the tuning engine; `database`: another one of that server. */
export async function tuningContext(
  context: CommandContext,
  options: Options = {},
  { database }: { readonly database?: string } = {},
): Promise<CliTuning> {
  const config = await context.config()
  const cluster = await embeddedOf(context)
  const drainMs = parseTime('--drain', options.drain)
  const locate = async (): Promise<Target> => {
    const target = cluster === undefined ? await context.target() : await cluster.start()
    return database === undefined ? target : { ...target, database }
  }
  return {
    embedded: cluster !== undefined,
    tuning: {
      connect: async (doing, use) =>
        withDatabase(await locate(), { max: 3, applicationName: 'gigarow tune', standby: true, doing }, use),
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
  const driver = spec === undefined ? undefined : restartDriver(spec)
  if (driver !== undefined && !(await driver.canRestart())) throw noOwner(driver)
  return {
    ...(driver === undefined ? {} : { driver }),
    ...(dataDirectory === undefined ? {} : { dataDirectory }),
  }
}

function noOwner({ name, dataDirectory }: RestartDriver): GigarowError {
  return new GigarowError('USAGE', `${dataDirectory} is no data directory that this user may restart.`, {
    facts: { driver: name, dataDirectory: dataDirectory ?? null },
    hint: 'Name the data directory of the server (show data_directory), and run gigarow as its owner or as root.',
  })
}

/**
 * Whether a server answers, without starting one: where nothing was applied from here, all there may be is the marker of
 * another project, which is worth neither a start nor an error.
 */
export async function canAsk(context: CommandContext): Promise<boolean> {
  const target = (await context.externalTarget()) ?? (await context.cluster()).target()
  if (target === undefined) return false
  try {
    return await withDatabase(
      target,
      { max: 1, standby: true, doing: 'looking for the server' },
      async () => true,
    )
  } catch (error) {
    if (isGigarowError(error)) return false
    throw error
  }
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
