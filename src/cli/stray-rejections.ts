/**
 * postgres.js asks each new connection for its array types, and nobody waits for the answer: when the server goes away just then, as in a
 * restart, the rejection would end the process. The statement that the connection was opened for fails as well, and that is handled.
 */
export function ignoreStrayRejections(): () => void {
  const listener = (error: unknown) => {
    if (!isOfArrayTypes(error)) throw error
  }
  process.on('unhandledRejection', listener)
  return () => process.off('unhandledRejection', listener)
}

export function isOfArrayTypes(error: unknown): boolean {
  const { query } = (error ?? {}) as { readonly query?: unknown }
  return typeof query === 'string' && /select b\.oid, b\.typarray\s+from pg_catalog\.pg_type/.test(query)
}
