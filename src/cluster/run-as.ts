import { type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Account } from './account.ts'

/** Nothing of the caller's environment: PGDATA, PGPORT or a locale of the user's must not change the server. */
const SERVER_ENV = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }

/** How to spawn a program as the server's user; the user may not be able to enter our working directory. */
export function asAccount(
  account: Account,
): Pick<SpawnOptions, 'uid' | 'gid' | 'env' | 'cwd' | 'windowsHide'> {
  const identity = process.getuid?.() === 0 ? { uid: account.uid, gid: account.gid } : {}
  // Windows programs do not start without some of the caller's variables.
  const env = process.platform === 'win32' ? {} : { env: SERVER_ENV }
  return { ...identity, ...env, cwd: '/', windowsHide: true }
}

/** Runs a program to its end; resolves with its exit code and what it printed, on both streams. */
export async function runAs(
  account: Account,
  [program, ...args]: readonly [string, ...string[]],
  input = '',
): Promise<{ code: number; output: string }> {
  const child = spawn(program, args, { ...asAccount(account), stdio: 'pipe' })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  try {
    const [code] = (await once(child, 'close')) as [number | null]
    return { code: code ?? 1, output }
  } catch (error) {
    return { code: 1, output: `${program}: ${(error as Error).message}` }
  }
}
