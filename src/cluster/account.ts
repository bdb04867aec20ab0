import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { GigarowError } from '../kernel/index.ts'

/** The operating system's user that runs the server. */
export interface Account {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

export interface AccountOptions {
  /** From the configuration: must exist. */
  readonly user?: string | undefined
  /** Who called sudo, as a number. */
  readonly sudoUid?: number | undefined
}

/** PostgreSQL refuses uid 0: root hands the server to the configured user, else postgres, the sudo user, nobody. */
export function serverAccount({ user, sudoUid }: AccountOptions): Account {
  const uid = process.getuid?.() ?? -1
  const gid = process.getgid?.() ?? -1
  if (uid !== 0) return { name: ownName(uid), uid, gid }
  if (user !== undefined) return configured(user)
  const found =
    findAccount('postgres') ??
    (sudoUid === undefined || sudoUid === 0 ? undefined : findAccount(sudoUid)) ??
    findAccount('nobody')
  return found ?? { name: 'nobody', uid: 65534, gid: 65534 }
}

function ownName(uid: number): string {
  try {
    return userInfo().username
  } catch {
    // A container may run with a uid that has no name.
    return String(uid)
  }
}

function configured(user: string): Account {
  const account = findAccount(user)
  if (account !== undefined && account.uid !== 0) return account
  throw new GigarowError(
    'CONFIG_INVALID',
    account === undefined
      ? `There is no user ${user} on this machine to run the embedded server.`
      : 'PostgreSQL refuses to run as root.',
    { facts: { user }, hint: 'Set embedded.user in gigarow.config.ts to an existing, unprivileged user.' },
  )
}

/** By name or number; undefined when the machine does not know it. */
function findAccount(who: string | number): Account | undefined {
  return search(passwd(), who) ?? search(getent(who), who)
}

function search(text: string, who: string | number): Account | undefined {
  for (const line of text.split('\n')) {
    const [name, , uid, gid] = line.split(':')
    if (name && (name === who || Number(uid) === who)) return { name, uid: Number(uid), gid: Number(gid) }
  }
  return undefined
}

function passwd(): string {
  try {
    return readFileSync('/etc/passwd', 'utf8')
  } catch {
    return ''
  }
}

/** Users of LDAP and the like are not in the file. */
function getent(who: string | number): string {
  return spawnSync('getent', ['passwd', '--', String(who)], { encoding: 'utf8' }).stdout ?? ''
}
