import { accessSync, constants, realpathSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Account } from './account.ts'

type Mode = { readonly uid: number; readonly gid: number; readonly mode: number }

const READ = 4
const TRAVERSE = 1

/** Whether the mode bits grant `bits` (4 read, 2 write, 1 execute). Extra groups and ACLs are not counted: the server has none. */
export function grants({ uid, gid, mode }: Mode, account: Account, bits: number): boolean {
  const shift = uid === account.uid ? 6 : gid === account.gid ? 3 : 0
  return ((mode >> shift) & bits) === bits
}

/** The first folder on the way to `path` (itself included) that the account cannot enter, or undefined. */
export function blockedAt(path: string, account: Account): string | undefined {
  const folders: string[] = []
  for (let dir = existing(path); ; dir = dirname(dir)) {
    folders.unshift(dir)
    if (dir === dirname(dir)) break
  }
  return folders.find((dir) => !grants(statSync(dir), account, TRAVERSE))
}

/** Whether the account may read and run the file at `path`. */
export function canRun(path: string, account: Account): boolean {
  if (process.getuid?.() !== 0) return weCanRun(path)
  const real = realpathSync(path)
  return blockedAt(dirname(real), account) === undefined && grants(statSync(real), account, READ | TRAVERSE)
}

function weCanRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** What is not there yet will be made with the right owner: its nearest existing parent counts. */
function existing(path: string): string {
  for (let dir = path; ; dir = dirname(dir)) {
    try {
      return realpathSync(dir)
    } catch (error) {
      if (dir === dirname(dir)) throw error
    }
  }
}
