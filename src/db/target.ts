import { GigarowError } from '../kernel/index.ts'

/** Where a server is and how to get in. `origin` says which setting it came from, for the line every command prints. */
export interface Target {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly database: string
  readonly password?: string
  /** Directory of a unix socket; used instead of host where it is given. */
  readonly socketDir?: string
  readonly ssl?: 'require' | 'verify-full' | 'prefer'
  /** Every session begins with these settings of the server. */
  readonly settings?: Readonly<Record<string, string>>
  readonly origin: 'embedded' | 'DATABASE_URL' | 'config' | 'flag' | 'argument'
}

/** For messages: "The database URL from --url …". */
export const ORIGIN_TEXTS: Readonly<Record<Target['origin'], string>> = Object.freeze({
  embedded: 'of the embedded server',
  DATABASE_URL: 'from DATABASE_URL',
  config: 'from the configuration',
  flag: 'from --url',
  argument: 'from the command line',
})

/**
 * Reads a libpq URL: postgresql://user:password@host:port/database?host=/socket/dir&sslmode=require.
 * A host that begins with a slash, percent-encoded or as ?host=, is the directory of a unix socket.
 */
export function parseTarget(url: string, origin: Target['origin']): Target {
  if (!/^postgres(ql)?:\/\//.test(url)) throw unusable(origin, 'does not begin with postgresql://')
  const parsed = parts(url)
  if (parsed === undefined) throw unusable(origin, 'cannot be read')
  const { host, port, user, database, password, ssl } = parsed
  if (user === '') throw unusable(origin, 'names no user')
  if (!(port > 0 && port < 65536)) throw unusable(origin, 'has a port that is none')
  return Object.freeze({
    host: host.startsWith('/') ? 'localhost' : host || 'localhost',
    port,
    user,
    database,
    ...(password === undefined ? {} : { password }),
    ...(host.startsWith('/') ? { socketDir: host } : {}),
    ...(ssl === undefined ? {} : { ssl }),
    origin,
  })
}

/** The URL itself stays out of the error: it may hold a password. */
function unusable(origin: Target['origin'], why: string): GigarowError {
  return new GigarowError('USAGE', `The database URL ${ORIGIN_TEXTS[origin]} ${why}.`, {
    facts: { origin },
    hint: 'It looks like postgresql://user:password@host:5432/database; percent-encode special characters of the password.',
  })
}

/** Undefined for what is no URL, or is wrongly percent-encoded. */
function parts(url: string) {
  try {
    // As postgresql:// the host would be read by the rules of web addresses, which know no %2Frun%2Fpg.
    const parsed = new URL(url.replace(/^postgres(ql)?:\/\//, 'gigarow://'))
    const query = parsed.searchParams
    const user = decodeURIComponent(parsed.username) || query.get('user') || ''
    return {
      host: query.get('host') ?? decodeURIComponent(parsed.hostname).replace(/^\[(.*)\]$/, '$1'),
      port: Number(query.get('port') ?? (parsed.port || 5432)),
      user,
      database: decodeURIComponent(parsed.pathname.slice(1)) || user,
      password: decodeURIComponent(parsed.password) || query.get('password') || undefined,
      ssl: sslOf(query.get('sslmode')),
    }
  } catch {
    return undefined
  }
}

function sslOf(mode: string | null): Target['ssl'] {
  if (mode === 'require') return 'require'
  if (mode === 'verify-ca' || mode === 'verify-full') return 'verify-full'
  return mode === 'prefer' ? 'prefer' : undefined
}

/** A URL that psql and every driver accept, password included: only for `db url` and child processes' environment. */
export function targetUrl(target: Target): string {
  const { user, password, host, port, database, socketDir, ssl, origin } = target
  const auth = password === undefined ? '' : `:${encodeURIComponent(password)}`
  const query = new URLSearchParams({
    // The embedded server listens on loopback, too, and not everybody who has the password may enter its folder.
    ...(socketDir === undefined || origin === 'embedded' ? {} : { host: socketDir }),
    ...(ssl === undefined ? {} : { sslmode: ssl }),
  })
  const address = host.includes(':') ? `[${host}]` : host
  const url = `postgresql://${encodeURIComponent(user)}${auth}@${address}:${port}/${encodeURIComponent(database)}`
  return query.size === 0 ? url : `${url}?${query}`
}

/** The same for people: the password is masked. */
export function describeTarget(target: Target): string {
  const where =
    target.socketDir && target.origin !== 'embedded' ? target.socketDir : `${target.host}:${target.port}`
  const auth = target.password === undefined ? '' : ':***'
  return `postgresql://${target.user}${auth}@${where}/${target.database}`
}
