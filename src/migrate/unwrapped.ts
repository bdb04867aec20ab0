/** umzug puts an error of its own around ours: callers get ours. */
export async function unwrapped<T>(use: () => Promise<T>): Promise<T> {
  try {
    return await use()
  } catch (error) {
    const { MigrationError } = await import('umzug')
    throw error instanceof MigrationError && error.cause !== undefined ? error.cause : error
  }
}
