import type { Cluster } from '../cluster/index.ts'
import type { ResolvedConfig } from '../config/index.ts'
import type { Target } from '../db/index.ts'
import type { Output } from './output.ts'

export interface OptionSpec {
  /** As commander writes it: '--rows <n>', '--resume'. */
  readonly flags: string
  readonly description: string
  readonly default?: string | boolean
  readonly choices?: readonly string[]
}

/** What a command is given. Nothing in it is loaded before it is asked for. */
export interface CommandContext {
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  readonly out: Output
  readonly json: boolean
  readonly yes: boolean
  /** Aborted by the first Ctrl-C or SIGTERM: stop cleanly, then throw INTERRUPTED. */
  readonly signal: AbortSignal
  config(): Promise<ResolvedConfig>
  /** The server to work on: --url, DATABASE_URL, config url, else the embedded one, started when it is not running. Says which. */
  target(): Promise<Target>
  /** The server that the user named, or undefined when the embedded one is meant. */
  externalTarget(): Promise<Target | undefined>
  /** The embedded server of the project, not started. */
  cluster(): Promise<Cluster>
}

export interface CommandInput {
  readonly args: readonly string[]
  readonly options: Readonly<Record<string, unknown>>
}

/**
 * One file of commands/ holds one of these: what it is called and takes, and `run`, which calls the engine and renders.
 * Files are imported at every start, so engines are imported inside run(): `--help` must answer in 0.2 s.
 */
export interface Command {
  readonly name: string
  readonly summary: string
  /** As commander writes it: '<table> <row>'. */
  readonly args?: string
  readonly options?: readonly OptionSpec[]
  readonly examples?: readonly string[]
  readonly commands?: readonly Command[]
  /** It speaks of open tuning journals itself: no warning of them when it asks for the server. */
  readonly showsTuning?: boolean
  /** Returns the exit code; nothing means 0. */
  readonly run?: (context: CommandContext, input: CommandInput) => Promise<number | undefined>
}
