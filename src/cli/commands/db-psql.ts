import { spawn } from 'node:child_process'
import { accessSync, constants, createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { delimiter, join, resolve } from 'node:path'
import type { Target } from '../../db/index.ts'
import type { Command, CommandContext } from '../command.ts'

export const dbPsql: Command = {
  name: 'psql',
  summary: 'an SQL prompt on the server: psql where it is installed, else a small one of our own',
  args: '[args...]',
  options: [
    { flags: '-c, --command <sql>', description: 'run this and leave' },
    { flags: '-f, --file <file>', description: 'run this file, up to the first error, and leave' },
  ],
  examples: [
    'gigarow db psql',
    'gigarow db psql -c "select count(*) from billion_rows"',
    'gigarow db psql -f script.sql',
    'gigarow db psql < script.sql',
    'gigarow db psql -- --expanded',
    'gigarow db psql --json -c "select 1"',
  ],
  run: async (context, { args, options }) => {
    const target = await context.target()
    const command = options.command as string | undefined
    const file = options.file as string | undefined
    if (file !== undefined) await checkFile(file, { command, cwd: context.cwd })
    const psql = context.json ? undefined : findProgram('psql', context.env.PATH ?? '')
    if (psql !== undefined) {
      const piped = process.stdin.isTTY !== true && command === undefined && args.length === 0
      const script = file ?? (piped ? '-' : undefined)
      const own = [...flag('-c', command), ...(script === undefined ? [] : [...STOP, '-f', script])]
      return runPsql(psql, { target, env: context.env, args: [...own, ...args], cwd: context.cwd })
    }
    if (args.length > 0) await refuse(args)
    return ownPrompt(context, target, { command, file })
  },
}

/** psql goes on after an error, and ends as if there had been none. */
const STOP = ['-v', 'ON_ERROR_STOP=1']

async function checkFile(
  file: string,
  { command, cwd }: { readonly command: string | undefined; readonly cwd: string },
): Promise<void> {
  const { GigarowError } = await import('../../kernel/index.ts')
  if (command !== undefined) throw new GigarowError('USAGE', '-c and -f cannot be used together.')
  const info = await stat(resolve(cwd, file)).catch(() => undefined)
  if (info?.isFile()) return
  throw new GigarowError('USAGE', `${file} is ${info === undefined ? 'not there' : 'not a file'}.`, {
    facts: { file },
    hint: '-f names a file with SQL, relative to the project folder (-C).',
  })
}

async function refuse(args: readonly string[]): Promise<never> {
  const { GigarowError } = await import('../../kernel/index.ts')
  throw new GigarowError('USAGE', `Only psql itself understands ${args.join(' ')}.`, {
    hint: 'Install psql (package postgresql-client) and leave --json out; or use -c, or statements on standard input.',
  })
}

function flag(name: string, value: string | undefined): string[] {
  return value === undefined ? [] : [name, value]
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
  {
    target,
    env,
    args,
    cwd,
  }: { target: Target; env: NodeJS.ProcessEnv; args: readonly string[]; cwd: string },
): Promise<number> {
  const { PGSERVICE: _service, PGHOSTADDR: _address, ...rest } = env
  const child = spawn(psql, args, {
    cwd,
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
  { out, cwd }: CommandContext,
  target: Target,
  { command, file }: { readonly command: string | undefined; readonly file: string | undefined },
): Promise<number> {
  const { withDatabase } = await import('../../db/index.ts')
  const { sqlPrompt, SqlRunner } = await import('../sql-prompt/prompt.ts')
  const { splitStatements } = await import('../sql-prompt/statements.ts')
  const options = { max: 1, applicationName: 'gigarow psql', doing: 'running your statements' }
  const runner = await withDatabase(target, options, async ({ sql }) => {
    if (command === undefined) {
      const input = file === undefined ? process.stdin : createReadStream(resolve(cwd, file))
      return sqlPrompt({ sql, database: target.database, out, input, label: file ?? 'stdin' })
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
  const typed = command === undefined && file === undefined && process.stdin.isTTY === true
  return runner.errors.length > 0 && !typed ? 1 : 0
}
