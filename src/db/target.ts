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
  readonly origin: 'embedded' | 'DATABASE_URL' | 'config' | 'flag'
}

/** For messages: "The database URL from --url …". */
export const ORIGIN_TEXTS: Readonly<Record<Target['origin'], string>> = Object.freeze({
  embedded: 'of the embedded server',
  DATABASE_URL: 'from DATABASE_URL',
  config: 'from the configuration',
  flag: 'from --url',
})

/**
 * Reads a libpq URL: postgresql://user:password@host:port/database?host=/socket/dir&sslmode=require.
 * A host that begins with a slash, percent-encoded or as ?host=, is the directory of a unix socket.
 */
export function parseTarget(url: string, origin: Target['origin']): Target {
  const problem = (why: string) =>
    new GigarowError('USAGE', `The database URL ${ORIGIN_TEXTS[origin]} ${why}.`, {
      facts: { origin },
      hint: 'It looks like postgresql://user:password@host:5432/database; percent-encode special characters of the password.',
    })
  if (!/^postgres(ql)?:\/\//.test(url)) throw problem('does not begin with postgresql://')
  let parsed: URL
  try {
    // A socket directory as authority (%2Frun%2Fpg) is no host for WHATWG URLs: move it into ?host=.
    parsed = new URL(url.replace(/^postgres(ql)?:\/\//, 'gigarow://'))
  } catch (cause) {
    throw new GigarowError('USAGE', `The database URL ${ORIGIN_TEXTS[origin]} cannot be read.`, {
      facts: { origin },
      hint: 'It looks like postgresql://user:password@host:5432/database; percent-encode special characters of the password.',
      cause: (cause as Error).name,
    })
  }
  const host = parsed.searchParams.get('host') ?? decodeURIComponent(parsed.hostname)
  const port = Number(parsed.searchParams.get('port') ?? (parsed.port || 5432))
  const user = decodeURIComponent(parsed.username) || parsed.searchParams.get('user') || ''
  const database = decodeURIComponent(parsed.pathname.slice(1)) || user
  if (user === '') throw problem('names no user')
  const password = decodeURIComponent(parsed.password) || parsed.searchParams.get('password') || undefined
  const ssl = sslOf(parsed.searchParams.get('sslmode'))
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

function sslOf(mode: string | null): Target['ssl'] {
  if (mode === 'require') return 'require'
  if (mode === 'verify-ca' || mode === 'verify-full') return 'verify-full'
  return mode === 'prefer' ? 'prefer' : undefined
}

/** A URL that psql and every driver accept, password included: only for `db url` and child processes' environment. */
export function targetUrl(target: Target): string {
  const auth = target.password === undefined ? '' : `:${encodeURIComponent(target.password)}`
  const query = target.ssl === undefined ? '' : `?sslmode=${target.ssl}`
  return `postgresql://${encodeURIComponent(target.user)}${auth}@${target.host}:${target.port}/${encodeURIComponent(target.database)}${query}`
}

/** The same for people: the password is masked. */
export function describeTarget(target: Target): string {
  const where =
    target.socketDir && target.origin !== 'embedded' ? target.socketDir : `${target.host}:${target.port}`
  const auth = target.password === undefined ? '' : ':***'
  return `postgresql://${target.user}${auth}@${where}/${target.database}`
}
