import { resolve } from 'node:path'
import { CommanderError } from 'commander'
import { ERROR_CODES, GigarowError, isGigarowError } from '../kernel/index.ts'
import { Output, type Streams } from './output.ts'
import { buildProgram, type GlobalFlags } from './program.ts'
import { onSignals } from './signals.ts'
import { ignoreStrayRejections } from './stray-rejections.ts'

export interface Invocation {
  readonly argv: readonly string[]
  readonly env: NodeJS.ProcessEnv
  readonly cwd: string
  readonly streams: Streams
}

/** Runs one command line and returns its exit code. Never exits the process and never throws. */
export async function main({ argv, env, cwd, streams }: Invocation): Promise<number> {
  // An error of parsing comes before the parsed flags: look for --json by hand.
  let out = outputFor({ json: argv.includes('--json') }, { env, streams })
  const heedAll = ignoreStrayRejections()
  const signals = onSignals((text) => out.progress(text))
  try {
    let code: number | undefined
    const program = buildProgram({
      streams,
      execute: async (command, flags, input) => {
        out = outputFor(flags, { env, streams })
        const where = flags.cwd === undefined ? cwd : resolve(cwd, flags.cwd)
        // Only now: it knows the driver, and help must not wait for that.
        const { commandContext } = await import('./wiring.ts')
        code = await command.run!(
          commandContext({
            flags,
            env,
            cwd: where,
            out,
            signal: signals.signal,
            warn: command.showsTuning !== true,
          }),
          input,
        )
      },
    })
    await program.parseAsync([...argv], { from: 'user' })
    return code ?? 0
  } catch (error) {
    if (error instanceof CommanderError) return reportCommander(error, out)
    const known = isGigarowError(error) ? error : internal(error)
    out.error(known, { stack: known.code === 'INTERNAL' || env.GIGAROW_DEBUG !== undefined })
    return known.exitCode
  } finally {
    signals.dispose()
    heedAll()
  }
}

function outputFor(
  flags: Pick<GlobalFlags, 'json' | 'color'>,
  { env, streams }: Pick<Invocation, 'env' | 'streams'>,
): Output {
  const wanted = flags.color !== false && !env.NO_COLOR && env.TERM !== 'dumb'
  const color = wanted && (streams.stdout.isTTY === true || Boolean(env.FORCE_COLOR))
  return new Output({ json: flags.json === true, color, streams })
}

function reportCommander(error: CommanderError, out: Output): number {
  if (error.exitCode === 0) return 0
  // A group without one of its commands: commander has printed its help to stderr.
  if (error.code === 'commander.help') return ERROR_CODES.USAGE.exit
  // commander's own texts begin with "error: " and end with its suggestion in brackets.
  const [message = '', ...suggestion] = error.message.replace(/^error: /, '').split('\n')
  const sentence = `${message.charAt(0).toUpperCase()}${message.slice(1)}`
  const usage = new GigarowError('USAGE', sentence.endsWith('.') ? sentence : `${sentence}.`, {
    hint: [
      ...suggestion.map((s) => s.replace(/^\(|\)$/g, '')),
      'gigarow --help lists the commands; --help after a command says what it takes.',
    ].join(' '),
  })
  out.error(usage)
  return usage.exitCode
}

function internal(error: unknown): GigarowError {
  const message = error instanceof Error ? error.message : String(error)
  return new GigarowError('INTERNAL', `gigarow failed in a way it does not know: ${message}`, {
    cause: error,
    hint: 'This is a bug; the lines below say where. Please report it with the command that you ran.',
  })
}
