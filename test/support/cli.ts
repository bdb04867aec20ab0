import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const BIN = fileURLToPath(new URL('../../bin/gigarow.js', import.meta.url))

export interface CliOptions {
  readonly cwd: string
  /** Added to the environment; DATABASE_URL and colours of the caller's are never passed on. */
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
}

export interface CliResult {
  /** Null when a signal ended it. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs `gigarow …` to its end. */
export function runCli(args: readonly string[], options: CliOptions): Promise<CliResult> {
  return spawnCli(args, options).result
}

/** Starts `gigarow …`: for tests that watch it or kill it. */
export function spawnCli(
  args: readonly string[],
  { cwd, env = {}, input = '' }: CliOptions,
): { readonly child: ChildProcessWithoutNullStreams; readonly result: Promise<CliResult> } {
  const child = spawn(process.execPath, [BIN, ...args], { cwd, env: cliEnv(env), stdio: 'pipe' })
  const out = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      out[name] += text
    })
  }
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const result = new Promise<CliResult>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, ...out }))
  })
  return { child, result }
}

export function cliEnv(env: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const { DATABASE_URL: _url, FORCE_COLOR: _color, ...inherited } = process.env
  return { ...inherited, NO_COLOR: '1', ...env }
}
