import { type ErrorCode, GigarowError } from '../kernel/index.ts'
import { SQLSTATE } from './sqlstate.ts'

const SERVER_GONE = 'See whether the server runs and read its log (gigarow db status).'

const WAYS_OUT: Partial<Record<ErrorCode, string>> = {
  DB_CONNECTION_LOST: SERVER_GONE,
  DB_UNREACHABLE: SERVER_GONE,
  DISK_FULL: 'Make space on the disk of the data directory.',
  DB_ERROR: 'Remove what the server complains of.',
}

export interface WayOut {
  readonly facts: GigarowError['facts']
  /** How the work goes on once the cause is gone. */
  readonly goOn: string
  /** What to do about errors that only this work can meet. */
  readonly more: Partial<Record<ErrorCode, string>>
}

/** A failure of the server in work that can be resumed, saying what to do and how to go on; other errors are returned as they are. */
export function withWayOut(error: GigarowError, { facts, goOn, more }: WayOut): GigarowError {
  const known = WAYS_OUT[error.code] ?? more[error.code]
  if (known === undefined) return error
  const crowded = error.facts.sqlstate === SQLSTATE.TOO_MANY_CONNECTIONS
  return new GigarowError(error.code, error.message, {
    facts: { ...error.facts, ...facts },
    hint: `${crowded ? 'Give fewer --jobs.' : known} ${goOn}`,
    cause: error.cause ?? error,
  })
}
