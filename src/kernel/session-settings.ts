/**
 * For every connection, of any driver: a role or a database may have other defaults, which would end long work in the
 * middle. As strings: a driver leaves a setting of 0 out.
 */
export const SESSION_SETTINGS: Readonly<Record<string, string>> = Object.freeze({
  statement_timeout: '0',
  lock_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  idle_session_timeout: '0',
  default_transaction_isolation: 'read committed',
})
