import type { ResolvedConfig } from '../config/index.ts'
import { describeTarget, parseTarget, type Target } from '../db/index.ts'
import type { CommandContext } from './command.ts'
import type { Output } from './output.ts'
import type { GlobalFlags } from './program.ts'

export interface ContextOptions {
  readonly flags: GlobalFlags
  readonly env: NodeJS.ProcessEnv
  readonly cwd: string
  readonly out: Output
  readonly signal: AbortSignal
}

/** Hands the modules to each other; commands ask it for what they need. */
export function commandContext({ flags, env, cwd, out, signal }: ContextOptions): CommandContext {
  const config = once(async () => (await import('../config/index.ts')).loadConfig(cwd))
  const target = once(async () => {
    const found = externalTarget(flags, env, await config()) ?? (await embeddedTarget(await config(), out))
    out.note(out.colors.dim(`server ${describeTarget(found)} (${ORIGINS[found.origin]})`))
    return found
  })
  return { cwd, env, out, json: flags.json === true, yes: flags.yes === true, signal, config, target }
}

const ORIGINS: Record<Target['origin'], string> = {
  embedded: 'embedded',
  DATABASE_URL: 'from DATABASE_URL',
  config: 'from the configuration',
  flag: 'from --url',
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

async function embeddedTarget(_config: ResolvedConfig, _out: Output): Promise<Target> {
  throw new Error('wired with the cluster module')
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make()
    return made
  }
}
