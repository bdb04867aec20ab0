/** The SQLSTATEs that gigarow acts on, by name (PostgreSQL manual, appendix A). */
export const SQLSTATE = {
  FEATURE_NOT_SUPPORTED: '0A000',
  READ_ONLY_TRANSACTION: '25006',
  INVALID_PASSWORD: '28P01',
  INVALID_AUTHORIZATION: '28000',
  INVALID_CATALOG_NAME: '3D000',
  UNIQUE_VIOLATION: '23505',
  DEPENDENT_OBJECTS: '2BP01',
  DEADLOCK_DETECTED: '40P01',
  INSUFFICIENT_PRIVILEGE: '42501',
  UNDEFINED_TABLE: '42P01',
  DISK_FULL: '53100',
  TOO_MANY_CONNECTIONS: '53300',
  LOCK_NOT_AVAILABLE: '55P03',
  OBJECT_IN_USE: '55006',
  QUERY_CANCELED: '57014',
  ADMIN_SHUTDOWN: '57P01',
  CRASH_SHUTDOWN: '57P02',
  CANNOT_CONNECT_NOW: '57P03',
  IO_ERROR: '58030',
  INTERNAL_ERROR: 'XX000',
} as const

/** The SQLSTATE of a server error, the driver's code of a broken connection, or undefined. */
export function errorCodeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  if ('code' in error && typeof error.code === 'string') return error.code
  if (error instanceof AggregateError) return errorCodeOf(error.errors[0])
  return undefined
}
