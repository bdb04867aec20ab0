import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Target } from '../../db/index.ts'
import type { Command, CommandContext } from '../command.ts'

export const dbPsql: Command = {
  name: 'psql',
  summary: 'an SQL prompt on the server: psql where it is installed, else a small one of our own',
  args: '[args...]',
  options: [{ flags: '-c, --command <sql>', description: 'run this and leave' }],
  examples: [
    'gigarow db psql',
    'gigarow db psql -c "select count(*) from billion_rows"',
    'gigarow db psql -- -f script.sql',
    'gigarow db psql --json -c "select 1"',
  ],
  run: async (context, { args, options }) => {
    const target = await context.target()
    const command = options.command as string | undefined
    const psql = context.json ? undefined : findProgram('psql', context.env.PATH ?? '')
    if (psql !== undefined)
      return runPsql(psql, { target, env: context.env, args: [...flag(command), ...args] })
    if (args.length > 0) await refuse(args)
    return ownPrompt(context, target, command)
  },
}

async function refuse(args: readonly string[]): Promise<never> {
  const { GigarowError } = await import('../../kernel/index.ts')
  throw new GigarowError('USAGE', `Only psql itself understands ${args.join(' ')}.`, {
    hint: 'Install psql (package postgresql-client) and leave --json out; or use -c, or statements on standard input.',
  })
}

function flag(command: string | undefined): string[] {
  return command === undefined ? [] : ['-c', command]
}

function findProgram(name: string, path: string): string | undefined {
  const names = process.platform === 'win32' ? [`${name}.exe`] : [name]
  return path
    .split(delimiter)
    .filter((dir) => dir !== '')
    .flatMap((dir) => names.map((file) => join(dir, file)))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK)
        return true
      } catch {
        return false
      }
    })
}

/** The password goes by the environment: arguments are seen by everybody on the machine. */
async function runPsql(
  psql: string,
  { target, env, args }: { target: Target; env: NodeJS.ProcessEnv; args: readonly string[] },
): Promise<number> {
  const { PGSERVICE: _service, PGHOSTADDR: _address, ...rest } = env
  const child = spawn(psql, args, {
    stdio: 'inherit',
    env: {
      ...rest,
      PGHOST: target.socketDir ?? target.host,
      PGPORT: String(target.port),
      PGUSER: target.user,
      PGDATABASE: target.database,
      ...(target.password === undefined ? {} : { PGPASSWORD: target.password }),
      ...(target.ssl === undefined ? {} : { PGSSLMODE: target.ssl }),
    },
  })
  return leavingSignalsTo(async () => {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', resolve)
    })
    return code === 0 ? 0 : 1
  })
}

/** Ctrl-C goes to psql as well, where it cancels a statement; it must not end us. */
async function leavingSignalsTo<T>(use: () => Promise<T>): Promise<T> {
  const ours = process.listeners('SIGINT')
  const ignore = () => {}
  process.removeAllListeners('SIGINT').on('SIGINT', ignore)
  try {
    return await use()
  } finally {
    process.off('SIGINT', ignore)
    for (const listener of ours) process.on('SIGINT', listener)
  }
}

async function ownPrompt(
  { out }: CommandContext,
  target: Target,
  command: string | undefined,
): Promise<number> {
  const { withDatabase } = await import('../../db/index.ts')
  const { sqlPrompt, SqlRunner } = await import('../sql-prompt/prompt.ts')
  const { splitStatements } = await import('../sql-prompt/statements.ts')
  const options = { max: 1, applicationName: 'gigarow psql', doing: 'running your statements' }
  const runner = await withDatabase(target, options, async ({ sql }) => {
    if (command === undefined) {
      return sqlPrompt({ sql, database: target.database, out, input: process.stdin })
    }
    const { statements, rest } = splitStatements(command)
    const direct = new SqlRunner({ sql, out })
    await direct.run([...statements, ...(rest === '' ? [] : [rest])])
    return direct
  })
  const results = runner.results.map((result) => ({
    ...result,
    columns: result.columns.map(({ name }) => name),
  }))
  out.document({ results, errors: runner.errors })
  // Who typed them has seen the errors; a script has only the exit code.
  const typed = command === undefined && process.stdin.isTTY === true
  return runner.errors.length > 0 && !typed ? 1 : 0
}
