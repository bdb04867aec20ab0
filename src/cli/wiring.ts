import { setTimeout as delay } from 'node:timers/promises'
import type { Cluster } from '../cluster/index.ts'
import type { ResolvedConfig } from '../config/index.ts'
import { describeTarget, parseTarget, type Target } from '../db/index.ts'
import { clusterReporter } from './cluster-reporter.ts'
import type { CommandContext } from './command.ts'
import type { Output } from './output.ts'
import type { GlobalFlags } from './program.ts'

export interface ContextOptions {
  readonly flags: GlobalFlags
  readonly env: NodeJS.ProcessEnv
  readonly cwd: string
  readonly out: Output
  readonly signal: AbortSignal
  /** Whether target() warns of a tuning profile that is in force or half applied. */
  readonly warn: boolean
}

/** Hands the modules to each other; commands ask it for what they need. */
export function commandContext({ flags, env, cwd, out, signal, warn }: ContextOptions): CommandContext {
  const config = once(async () => {
    const { loadConfig } = await import('../config/index.ts')
    return loadConfig(cwd, { stateDir: env.GIGAROW_STATE_DIR })
  })
  const cluster = once(async () => embeddedCluster(await config(), env, out))
  const named = async () => externalTarget(flags, env, await config())
  const target = once(async () => {
    const found = (await named()) ?? (await startedTarget(await cluster(), out))
    out.note(out.colors.dim(`server ${describeTarget(found)} (${ORIGINS[found.origin]})`))
    if (warn) await warnOfTuning(await config(), found, out)
    return found
  })
  return {
    cwd,
    env,
    out,
    json: flags.json === true,
    yes: flags.yes === true,
    signal,
    config,
    target,
    externalTarget: named,
    cluster,
  }
}

async function warnOfTuning({ stateDir }: ResolvedConfig, target: Target, out: Output): Promise<void> {
  const { openJournalWarning } = await import('../tuning/index.ts')
  const warning = openJournalWarning(stateDir) ?? (await warningOfOthers(target))
  if (warning !== undefined) out.note(out.colors.yellow(warning))
}

/** Of another project or machine that has died while it loaded this database; the embedded server has but one project. */
async function warningOfOthers(target: Target): Promise<string | undefined> {
  if (target.origin === 'embedded') return undefined
  const [{ withDatabase }, { readLeases }, { leaseWarning }] = await Promise.all([
    import('../db/index.ts'),
    import('../store/index.ts'),
    import('../tuning/index.ts'),
  ])
  const options = { doing: 'looking for leases', max: 1, standby: true }
  const looking = withDatabase(target, options, ({ sql }) => readLeases(sql)).catch(() => [])
  // The command itself will say what is wrong with a server that does not answer.
  const leases = await Promise.race([looking, delay(LEASE_MS, [], { ref: false })])
  return leaseWarning(leases, describeTarget(target))
}

const LEASE_MS = 2_000

const ORIGINS: Record<Target['origin'], string> = {
  embedded: 'embedded',
  DATABASE_URL: 'from DATABASE_URL',
  config: 'from the configuration',
  flag: 'from --url',
  argument: 'from the command line',
}

/** The server that the user named, or undefined when the embedded one is meant. */
export function externalTarget(
  flags: GlobalFlags,
  env: NodeJS.ProcessEnv,
  config: ResolvedConfig,
): Target | undefined {
  if (flags.url !== undefined) return parseTarget(flags.url, 'flag')
  if (env.DATABASE_URL) return parseTarget(env.DATABASE_URL, 'DATABASE_URL')
  return config.url === undefined ? undefined : parseTarget(config.url, 'config')
}

/** Starts the embedded server where it does not run yet, and says that it goes on running afterwards. */
async function startedTarget(cluster: Cluster, out: Output): Promise<Target> {
  const running = cluster.target()
  if (running !== undefined) return running
  const target = await cluster.start()
  out.note(out.colors.dim('The embedded server keeps running; gigarow db stop ends it.'))
  return target
}

/** The embedded server of the project, not started; what it does is noted on stderr. */
async function embeddedCluster(
  config: ResolvedConfig,
  env: NodeJS.ProcessEnv,
  out: Output,
): Promise<Cluster> {
  const { openCluster } = await import('../cluster/index.ts')
  return openCluster({
    root: config.root,
    stateDir: config.stateDir,
    port: config.embedded.port,
    user: config.embedded.user,
    sudoUid: env.SUDO_UID === undefined ? undefined : Number(env.SUDO_UID),
    emit: clusterReporter(out),
  })
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make()
    return made
  }
}
