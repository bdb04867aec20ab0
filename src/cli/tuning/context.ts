import type { Cluster } from '../../cluster/index.ts'
import { type Target, withDatabase } from '../../db/index.ts'
import { isGigarowError } from '../../kernel/index.ts'
import type { TuningContext } from '../../tuning/index.ts'
import type { CommandContext } from '../command.ts'
import { tuningReporter } from './reporter.ts'

export interface CliTuning {
  readonly tuning: TuningContext
  /** gigarow's own server: everything on it can be made again. */
  readonly embedded: boolean
}

/** Hands the target and, for the embedded server, the means to restart and to mend it, to the tuning engine. */
export async function tuningContext(context: CommandContext): Promise<CliTuning> {
  const config = await context.config()
  const cluster = await embeddedOf(context)
  const locate = async (): Promise<Target> => (cluster === undefined ? context.target() : cluster.start())
  return {
    embedded: cluster !== undefined,
    tuning: {
      connect: async (doing, use) =>
        withDatabase(await locate(), { max: 3, applicationName: 'gigarow tune', doing }, use),
      stateDir: config.stateDir,
      emit: tuningReporter(context.out),
      signal: context.signal,
      ...(cluster === undefined ? {} : { driver: cluster, dataDirectory: cluster.dataDirectory }),
    },
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
