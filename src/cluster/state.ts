import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { GigarowError } from '../kernel/index.ts'
import type { Account } from './account.ts'

/** What server.json remembers. It holds the password: mode 0600. */
export interface ServerState {
  readonly format: 1
  readonly user: string
  readonly database: string
  readonly password: string
  readonly port: number
  /** Set when the files are not in the state folder: the server's user could not reach it. */
  readonly home: string | null
  readonly runAs: Account
  /** Such as 18.4: the programs of the last start. */
  readonly version: string
}

const NAME = 'server.json'

export function readState(stateDir: string): ServerState | undefined {
  const path = join(stateDir, NAME)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new GigarowError('CLUSTER_UNUSABLE', `${path} cannot be read: ${(error as Error).message}.`, {
      facts: { path },
      cause: error,
      hint: 'The embedded server was made by another user: work as that user, or set DATABASE_URL.',
    })
  }
  try {
    return JSON.parse(text) as ServerState
  } catch (cause) {
    throw new GigarowError('CLUSTER_UNUSABLE', `${path} is damaged; it held the server's password.`, {
      facts: { path },
      cause,
      hint: 'Restore the file, or start anew without the data: gigarow db reset --yes.',
    })
  }
}

/** Written beside and renamed: a killed process leaves the old file or the new one. */
export function writeState(stateDir: string, state: ServerState): void {
  const path = join(stateDir, NAME)
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 })
  renameSync(draft, path)
}

export function newPassword(): string {
  return randomBytes(24).toString('base64url')
}

/** The state folder hides itself from git: it holds a password. */
export function makeStateDir(stateDir: string): void {
  mkdirSync(stateDir, { recursive: true })
  const ignore = join(stateDir, '.gitignore')
  if (!existsSync(ignore)) writeFileSync(ignore, '*\n')
}
