import postgres from 'postgres'
import { SESSION_SETTINGS } from '../kernel/index.ts'
import { explainDbError, isConnectionLost } from './errors.ts'
import { receive, type Server } from './server.ts'
import type { Target } from './target.ts'

export type Sql = postgres.Sql
export type TransactionSql = postgres.TransactionSql
export type ReservedSql = postgres.ReservedSql
/** What runs statements: a pool, a transaction, or one pinned session. */
export type AnySql = postgres.ISql

export interface DatabaseOptions {
  /** Connections at the most; a statement waits for a free one. Default 4. */
  readonly max?: number
  /** Seen in pg_stat_activity. Default gigarow. */
  readonly applicationName?: string
  /**
   * The driver asks each new connection for all array types, of which each table has one: 11,000 tables are 15 MB and 0.1 s. Without
   * them arrays are no values of a statement, neither as parameters nor in rows. Default true.
   */
  readonly fetchTypes?: boolean
  /** A standby will do; default: it is refused, because it accepts no changes. */
  readonly standby?: boolean
  /** A connection has ended, by us or by anybody. */
  readonly onClose?: () => void
}

export interface Database {
  readonly target: Target
  /** One session for everything inside: session locks, SET, temporary tables. */
  readonly withSession: <T>(
    use: (session: ReservedSql) => Promise<T>,
    options?: Pick<DatabaseOptions, 'fetchTypes'>,
  ) => Promise<T>
  /** Tagged template: values become parameters. */
  readonly sql: Sql
  /** server_version_num, such as 180004. */
  readonly version: number
}

/**
 * Opens a pool, runs `use`, and closes the pool in every case. Errors of the server and the connection arrive as
 * GigarowError with `doing` in their text; a statement's own error keeps the driver's error as cause.
 */
export async function withDatabase<T>(
  target: Target,
  options: DatabaseOptions & { readonly doing: string },
  use: (db: Database) => Promise<T>,
): Promise<T> {
  const { applicationName = 'gigarow' } = options
  const sql = openPool(target, { ...options, applicationName })
  let lost = false
  try {
    return await use({
      target,
      sql,
      withSession: (work, session) => withSession({ target, applicationName, ...session }, work),
      version: await readVersion(sql, options),
    })
  } catch (error) {
    lost = isConnectionLost(error)
    throw explainDbError(error, target, options.doing)
  } finally {
    // Of a broken connection the driver would wait for an answer all of the five seconds (porsager/postgres#1130).
    await sql.end({ timeout: lost ? 0 : 5 })
  }
}

/** A pool whose life the caller keeps; prefer withDatabase. Connects at its first statement. */
export function openPool(
  target: Target,
  { max = 4, applicationName = 'gigarow', fetchTypes = true, onClose = () => {} }: DatabaseOptions = {},
): Sql {
  return postgres({
    host: target.socketDir ?? target.host,
    // postgres.js takes the socket's file by `path`; host alone would add the default port.
    ...(target.socketDir === undefined ? {} : { path: `${target.socketDir}/.s.PGSQL.${target.port}` }),
    port: target.port,
    user: target.user,
    database: target.database,
    // Always a string: with undefined postgres.js would fall back to PGPASSWORD of the environment.
    pass: target.password ?? '',
    max,
    // The default closes connections after 30 to 60 minutes, and with them session locks.
    max_lifetime: null,
    connect_timeout: 10,
    fetch_types: fetchTypes,
    ssl: target.ssl === undefined ? false : target.ssl,
    onnotice: () => {},
    onclose: onClose,
    connection: {
      application_name: applicationName,
      TimeZone: 'UTC',
      DateStyle: 'ISO, MDY',
      IntervalStyle: 'postgres',
      extra_float_digits: 1,
      ...target.settings,
      ...SESSION_SETTINGS,
    },
  })
}

export interface SessionOptions extends Pick<DatabaseOptions, 'fetchTypes'> {
  readonly target: Target
  readonly applicationName: string
}

/**
 * A session under a name of its own; for others there is Database.withSession. It has a connection of its own, so that it
 * can be given up when it is cut: a session reserved from a pool never answers a statement that is sent after that.
 */
export async function withSession<T>(
  { target, applicationName, fetchTypes }: SessionOptions,
  use: (session: ReservedSql) => Promise<T>,
): Promise<T> {
  let closed = false
  const onClose = () => {
    closed = true
    void pool.end({ timeout: 0 })
  }
  const pool = openPool(target, {
    max: 1,
    applicationName,
    onClose,
    ...(fetchTypes === undefined ? {} : { fetchTypes }),
  })
  try {
    // postgres.js never answers reserve() on a connection that it opens for it without asking for types.
    if (fetchTypes === false) await pool`select 1`
    return await use(guarded(await pool.reserve(), () => closed))
  } finally {
    await pool.end({ timeout: 0 })
  }
}

/**
 * Statements on a connection that was cut fail at once. Between the cut and the pool's end postgres.js would take them,
 * and throw where nobody can catch it, because its socket is gone. Before that, between the socket's error, which a
 * statement fails with, and its end, it takes them and may never answer.
 */
function guarded(session: ReservedSql, isClosed: () => boolean): ReservedSql {
  let lost = false
  const onFailure = (error: unknown) => {
    lost ||= isConnectionLost(error)
  }
  const check = () => {
    if (lost || isClosed())
      throw Object.assign(new Error('the connection was closed'), { code: 'CONNECTION_CLOSED' })
  }
  /** Hears of the failure before whoever waits for the statement. Query.then() would send it: it may still become a simple one. */
  const heard = <T>(made: T): T => {
    if (made instanceof Promise) Promise.prototype.then.call(made, undefined, onFailure)
    return made
  }
  return new Proxy(session, {
    apply(target, self, args) {
      check()
      return heard(Reflect.apply(target, self, args))
    },
    get(target, key) {
      if (key !== 'unsafe') return Reflect.get(target, key)
      check()
      return (...args: Parameters<ReservedSql['unsafe']>) => heard(target.unsafe(...args))
    },
  })
}

async function readVersion(sql: Sql, { standby }: DatabaseOptions): Promise<number> {
  const [row] = await sql<[Server]>`
    select current_setting('server_version_num')::int as version, current_setting('server_version') as name,
           pg_is_in_recovery() as standby`
  receive(standby === true ? { ...row, standby: false } : row)
  return row.version
}
