import { createHash } from 'node:crypto'
import { chmodSync, chownSync, lstatSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GigarowError } from '../kernel/index.ts'
import { blockedAt } from './access.ts'
import type { Account } from './account.ts'

/** Where one cluster's files are. `home` is of the server's user alone, mode 0700. */
export interface Place {
  readonly home: string
  readonly dataDir: string
  readonly logFile: string
  readonly socketDir: string
}

/** sockaddr_un holds 108 bytes on Linux, 104 elsewhere, the final NUL included. */
const SOCKET_PATH_LIMIT = process.platform === 'linux' ? 107 : 103
const LONGEST_SOCKET_NAME = '/.s.PGSQL.65535'

const SYSTEM_DIR = '/var/lib/gigarow'

export interface PlaceOptions {
  readonly root: string
  readonly stateDir: string
  readonly account: Account
  /** Parent of relocated homes; default /var/lib/gigarow, or the temporary folder where that cannot be made. */
  readonly relocateTo: string | undefined
}

/** Decides where a new cluster goes. `blocked` is the folder that kept the server's user out of the project. */
export function choosePlace(options: PlaceOptions): { home: string | null; blocked: string | undefined } {
  const blocked = process.getuid?.() === 0 ? blockedAt(options.stateDir, options.account) : undefined
  if (blocked === undefined) return { home: null, blocked: undefined }
  return { home: join(ownBase(options), shortHash(options.root)), blocked }
}

/** The paths that follow from the state folder and, where there is one, the relocated home. */
export function placeAt(stateDir: string, home: string | null): Place {
  const at = home ?? join(stateDir, 'postgres')
  return {
    home: at,
    dataDir: join(at, 'data'),
    logFile: join(at, 'postgres.log'),
    socketDir: socketDirFor(at),
  }
}

/** Where copies of the programs go when the server's user cannot run the installed ones: for root one folder for all projects. */
export function copiesDir(options: Pick<PlaceOptions, 'stateDir' | 'relocateTo'>): string {
  return join(process.getuid?.() === 0 ? ownBase(options) : options.stateDir, 'binaries')
}

/** Makes a folder of the server's user alone; refuses one that somebody else put there. */
export function makePrivate(dir: string, account: Account): void {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const { uid } = lstatSync(dir)
  const self = process.getuid?.()
  if (self !== undefined && uid !== self && uid !== account.uid) throw foreign(dir)
  if (!lstatSync(dir).isDirectory()) throw foreign(dir)
  chmodSync(dir, 0o700)
  if (self === 0) chownSync(dir, account.uid, account.gid)
}

function ownBase({ relocateTo }: Pick<PlaceOptions, 'relocateTo'>): string {
  for (const base of relocateTo === undefined ? [SYSTEM_DIR, join(tmpdir(), 'gigarow')] : [relocateTo]) {
    try {
      mkdirSync(base, { recursive: true, mode: 0o755 })
    } catch {
      continue
    }
    const stats = lstatSync(base)
    // Somebody who can write here could put programs of theirs in place of ours.
    if (!stats.isDirectory() || stats.uid !== process.getuid?.() || (stats.mode & 0o022) !== 0)
      throw foreign(base)
    chmodSync(base, 0o755)
    return base
  }
  throw new GigarowError('CLUSTER_START_FAILED', 'There is no folder that the server’s user could reach.', {
    facts: { tried: [SYSTEM_DIR, tmpdir()] },
    hint: 'Move the project to a folder that other users may enter, or use a server of your own: DATABASE_URL.',
  })
}

function socketDirFor(home: string): string {
  const own = join(home, 'socket')
  if (fits(own)) return own
  const name = `gigarow-${shortHash(home)}`
  const inTemp = join(tmpdir(), name)
  return fits(inTemp) ? inTemp : join('/tmp', name)
}

function fits(dir: string): boolean {
  return Buffer.byteLength(dir + LONGEST_SOCKET_NAME) <= SOCKET_PATH_LIMIT
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12)
}

function foreign(dir: string): GigarowError {
  return new GigarowError('CLUSTER_UNUSABLE', `${dir} belongs to somebody else.`, {
    facts: { dir },
    hint: 'Remove it (or have it removed), then start again.',
  })
}
