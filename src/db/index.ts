export {
  type Holder,
  LOCK_CLASS,
  LOCKS,
  type Lock,
  type LockName,
  tryAdvisoryLock,
  withAdvisoryLock,
} from './advisory-lock.ts'
export {
  type AnySql,
  type Database,
  type DatabaseOptions,
  openPool,
  type ReservedSql,
  type Sql,
  type TransactionSql,
  withDatabase,
  withSession,
} from './database.ts'
export { explainDbError, isConnectionLost } from './errors.ts'
export {
  DEFAULT_LOCK_POLICY,
  type LockPolicy,
  type LockRetryOptions,
  type LockWaiting,
  withLockRetry,
  withLockRetryOutside,
} from './lock-retry.ts'
export type { Blocker } from './lock-watch.ts'
export { NEWEST_TESTED, onUntestedServer, receive, type Server } from './server.ts'
export { cancellingSessions, endSessions } from './sessions.ts'
export { errorCodeOf, SQLSTATE } from './sqlstate.ts'
export { describeTarget, parseTarget, type Target, targetUrl } from './target.ts'
export { inTransaction } from './transaction.ts'
export { withWayOut } from './way-out.ts'
