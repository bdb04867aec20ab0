import { Command as Commander, Option } from 'commander'
import type { Command, CommandInput } from './command.ts'
import { COMMANDS } from './commands/index.ts'
import type { Streams } from './output.ts'
import { packageVersion } from './version.ts'

export interface GlobalFlags {
  readonly json?: boolean
  readonly yes?: boolean
  readonly url?: string
  readonly cwd?: string
  readonly color?: boolean
}

export interface ProgramOptions {
  readonly streams: Streams
  readonly execute: (command: Command, flags: GlobalFlags, input: CommandInput) => Promise<void>
}

const EXIT_CODES =
  'Exit codes: 0 done · 1 failed · 2 usage · 3 refused, the message names the flag that allows it · 4 drift or pending'

export function buildProgram(options: ProgramOptions): Commander {
  const program = new Commander('gigarow')
    .description('PostgreSQL tables with a billion rows: declare, migrate, fill, tune and put back.')
    .version(packageVersion(), '-V, --version')
    .addHelpText(
      'after',
      `\n${EXIT_CODES}\nWithout --url, DATABASE_URL or a url in gigarow.config.ts the embedded PostgreSQL 18 of the project is used.`,
    )
  prepare(program, options.streams)
  addGlobalFlags(program)
  for (const command of COMMANDS) program.addCommand(build(command, options))
  return program
}

function build(command: Command, options: ProgramOptions): Commander {
  const built = new Commander(command.name).description(command.summary)
  prepare(built, options.streams)
  for (const argument of command.args?.split(' ') ?? []) built.argument(argument)
  for (const spec of command.options ?? []) {
    const option = new Option(spec.flags, spec.description)
    if (spec.default !== undefined) option.default(spec.default)
    if (spec.choices) option.choices([...spec.choices])
    built.addOption(option)
  }
  for (const sub of command.commands ?? []) built.addCommand(build(sub, options))
  addGlobalFlags(built, { hidden: command.run === undefined })
  if (command.run) {
    built.action(async () => {
      const { json: _json, yes: _yes, url: _url, cwd: _cwd, color: _color, ...rest } = built.opts()
      await options.execute(command, globalFlags(built), { args: built.args, options: rest })
    })
  }
  if (command.examples?.length)
    built.addHelpText('after', `\nExamples:\n${command.examples.map((e) => `  $ ${e}`).join('\n')}`)
  return built
}

/** They may stand before the command, between its words, and behind it; the last one wins. */
function globalFlags(command: Commander): GlobalFlags {
  const above = command.parent === null ? {} : globalFlags(command.parent)
  const given = GLOBAL_NAMES.filter((name) => command.getOptionValueSource(name) === 'cli')
  return { ...above, ...Object.fromEntries(given.map((name) => [name, command.getOptionValue(name)])) }
}

const GLOBAL_NAMES = ['json', 'yes', 'url', 'cwd', 'color'] as const satisfies readonly (keyof GlobalFlags)[]

function prepare(command: Commander, streams: Streams): void {
  command
    .exitOverride()
    .helpCommand(false)
    // What stands behind a command is its own: `db psql -- -f x` keeps its dashes.
    .enablePositionalOptions()
    .showSuggestionAfterError(true)
    .allowExcessArguments(false)
    .configureOutput({
      writeOut: (text) => streams.stdout.write(text),
      // The help of a group that was called without one of its commands.
      writeErr: (text) => streams.stderr.write(text),
      // main() prints errors itself: one clear sentence, and JSON where asked for.
      outputError: () => {},
    })
}

function addGlobalFlags(command: Commander, { hidden = false } = {}): void {
  const flags: readonly (readonly [string, string])[] = [
    ['--url <url>', 'server to work on, postgresql://user:password@host:port/database'],
    ['-C, --cwd <dir>', 'project folder; default: the current one'],
    ['--json', 'print one JSON document and nothing else'],
    ['-y, --yes', 'answer every question with yes'],
    ['--no-color', 'no colours'],
  ]
  for (const [name, text] of flags) command.addOption(new Option(name, text).hideHelp(hidden))
}
