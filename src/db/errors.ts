import { GigarowError, isGigarowError } from '../kernel/index.ts'
import { olderThanKnown } from './server.ts'
import { errorCodeOf, SQLSTATE } from './sqlstate.ts'
import { describeTarget, ORIGIN_TEXTS, type Target } from './target.ts'

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'ENOENT',
  'EACCES',
  'CONNECT_TIMEOUT',
])
const LOST = new Set<string>([
  'CONNECTION_CLOSED',
  'CONNECTION_DESTROYED',
  'CONNECTION_ENDED',
  'ECONNRESET',
  'EPIPE',
  SQLSTATE.ADMIN_SHUTDOWN,
  SQLSTATE.CRASH_SHUTDOWN,
  SQLSTATE.CANNOT_CONNECT_NOW,
])
const AUTH = new Set<string>([SQLSTATE.INVALID_PASSWORD, SQLSTATE.INVALID_AUTHORIZATION])

/** Whether the connection, not the statement, is what failed. */
export function isConnectionLost(error: unknown): boolean {
  if (isGigarowError(error)) return error.code === 'DB_CONNECTION_LOST'
  const code = errorCodeOf(error)
  if (code !== undefined && LOST.has(code)) return true
  return (
    error instanceof Error &&
    /connection terminated|Connection terminated|server closed the connection/.test(error.message)
  )
}

/** Turns what a driver throws into the error a user sees; a GigarowError passes through. */
export function explainDbError(error: unknown, target: Target, doing: string): GigarowError {
  if (isGigarowError(error)) return error
  const old = olderThanKnown(error)
  if (old !== undefined) return old
  const code = errorCodeOf(error)
  const message = error instanceof Error ? error.message : String(error)
  const facts = { server: describeTarget(target), ...(code === undefined ? {} : { sqlstate: code }), doing }
  if (code !== undefined && UNREACHABLE.has(code)) return unreachable(target, facts, error)
  if (isConnectionLost(error)) {
    return new GigarowError(
      'DB_CONNECTION_LOST',
      `The connection to ${facts.server} was lost while ${doing}: ${message}.`,
      {
        facts,
        cause: error,
        hint: 'See whether the server runs (gigarow db status) and read its log; then run the same command again.',
      },
    )
  }
  if (code === SQLSTATE.INVALID_CATALOG_NAME) {
    return new GigarowError('DB_AUTH', `There is no database ${target.database} at ${facts.server}.`, {
      facts,
      cause: error,
      hint: 'Create it (createdb), or correct the name at the end of the address.',
    })
  }
  if (code !== undefined && AUTH.has(code)) {
    return new GigarowError('DB_AUTH', `${facts.server} refused the connection: ${message}.`, {
      facts,
      cause: error,
      hint: 'Check user and password in DATABASE_URL or in gigarow.config.ts.',
    })
  }
  if (code === SQLSTATE.DISK_FULL || /No space left on device|File too large/.test(message)) {
    return new GigarowError('DISK_FULL', `The server has no disk space left (while ${doing}): ${message}.`, {
      facts,
      cause: error,
      hint: 'Make space on the data directory’s disk, then run the same command again; what was not committed is gone, what was committed stays.',
    })
  }
  if (code === SQLSTATE.READ_ONLY_TRANSACTION) return readOnly(target, facts, error)
  if (code === SQLSTATE.INSUFFICIENT_PRIVILEGE) {
    return new GigarowError(
      'DB_NOT_ALLOWED',
      `The user ${target.user} lacks a right for ${doing}: ${message}.`,
      {
        facts: { ...facts, user: target.user },
        cause: error,
        hint: 'Have the right granted, or connect as the owner.',
      },
    )
  }
  return new GigarowError('DB_ERROR', `The server rejected a statement while ${doing}: ${message}.`, {
    facts: { ...facts, ...details(error) },
    cause: error,
  })
}

function unreachable(target: Target, facts: Record<string, string>, cause: unknown): GigarowError {
  const hint =
    target.origin === 'embedded'
      ? 'The embedded server has ended since this command began. Start it again (gigarow db start), which says why if it cannot.'
      : `The address comes ${ORIGIN_TEXTS[target.origin]}. Correct it, start that server, or remove it to use the embedded one.`
  return new GigarowError('DB_UNREACHABLE', `No PostgreSQL server answers at ${facts.server}.`, {
    facts,
    cause,
    hint,
  })
}

function readOnly(target: Target, facts: Record<string, string>, cause: unknown): GigarowError {
  return new GigarowError(
    'DB_UNSUPPORTED',
    `Transactions in ${target.database} at ${facts.server} are read-only, which stopped ${facts.doing}.`,
    {
      facts,
      cause,
      hint: 'default_transaction_read_only is on, for the server, the database or the user: connect where changes are allowed, or have it turned off.',
    },
  )
}

function details(error: unknown): Record<string, string> {
  const out: Record<string, string> = {}
  for (const key of ['detail', 'table_name', 'constraint_name', 'table', 'constraint', 'hint'] as const) {
    const value = (error as Record<string, unknown>)[key]
    if (typeof value === 'string' && value !== '') out[key.replace('_name', '')] = value
  }
  return out
}
