import { GigarowError } from '../kernel/index.ts'

/** What a server says of itself when it is asked first. */
export interface Server {
  /** server_version_num, such as 180004. */
  readonly version: number
  /** As people write it: 18.4 (Debian 18.4-1). */
  readonly name: string
  readonly standby: boolean
}

const OLDEST_SUPPORTED = 140000

/** Throws DB_UNSUPPORTED. A newer server than any that is known is tried: its catalogs rarely lose a column. */
export function assertSupported({ version, name, standby }: Server): void {
  if (version < OLDEST_SUPPORTED) {
    throw new GigarowError('DB_UNSUPPORTED', `The server is PostgreSQL ${name}; gigarow needs 14 or newer.`, {
      facts: { version },
      hint: 'Upgrade the server, or use the embedded one (gigarow db start).',
    })
  }
  if (!standby) return
  throw new GigarowError('DB_UNSUPPORTED', 'The server is a standby (in recovery) and accepts no changes.', {
    hint: 'Connect to the primary.',
  })
}
