import { spawn } from 'node:child_process'
import { statSync } from 'node:fs'
import { GigarowError } from '../../kernel/index.ts'
import type { Argv } from './spec.ts'

const LIMIT_MS = 11 * 60_000
/** Of what the program says, the end is what tells. */
const KEPT = 2_000

export interface RunOptions {
  /** Run as the owner of this folder when we are root: pg_ctl refuses root. */
  readonly ownerOf?: string
}

/** Runs the program to its end, without a shell. Throws TUNING_RESTART_FAILED with what it said. */
export async function run({ file, args }: Argv, { ownerOf }: RunOptions = {}): Promise<void> {
  const account = ownerOf !== undefined && process.getuid?.() === 0 ? ownerAt(ownerOf) : {}
  const child = spawn(file, args, { cwd: '/', stdio: ['ignore', 'pipe', 'pipe'], ...account })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-KEPT)
    })
  }
  const timer = setTimeout(() => child.kill(), LIMIT_MS)
  // Not 'close': a server that it started may keep the pipes open.
  const end = await new Promise<{ code: number | null; error?: Error }>((resolve) => {
    child.once('error', (error) => resolve({ code: null, error }))
    child.once('exit', (code) => resolve({ code }))
  })
  clearTimeout(timer)
  child.stdout.destroy()
  child.stderr.destroy()
  if (end.code !== 0) throw failed({ file, args }, end, said.trim())
}

function ownerAt(path: string): { uid: number; gid: number } {
  const { uid, gid } = statSync(path)
  return { uid, gid }
}

function failed(
  { file, args }: Argv,
  end: { code: number | null; error?: Error },
  said: string,
): GigarowError {
  const why = end.error?.message ?? (end.code === null ? 'it took too long' : `exit code ${end.code}`)
  return new GigarowError(
    'TUNING_RESTART_FAILED',
    `${[file, ...args].join(' ')} did not restart the server: ${why}.${said === '' ? '' : `\n${said}`}`,
    {
      facts: { command: [file, ...args], code: end.code },
      hint: 'See the server’s log; gigarow tune status shows where the settings stand.',
      cause: end.error,
    },
  )
}
