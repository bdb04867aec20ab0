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
/** The last major version that the tests run on. */
export const NEWEST_TESTED = 18

type Listener = (server: Server) => void

let tell: Listener = () => {}

/** Who hears of servers that are newer than any that is tested; one for the process, once for each connection that asks. */
export function onUntestedServer(listener: Listener): void {
  tell = listener
}

/** Throws DB_UNSUPPORTED. A newer server than any that is known is tried, and said (decision 0026). */
export function receive(server: Server): void {
  assertSupported(server)
  if (Math.floor(server.version / 10_000) > NEWEST_TESTED) tell(server)
}

/** Throws DB_UNSUPPORTED. */
export function assertSupported({ version, name, standby }: Server): void {
  if (version < OLDEST_SUPPORTED) {
    throw tooOld(`The server is PostgreSQL ${name}; gigarow needs 14 or newer.`, { version })
  }
  if (!standby) return
  throw new GigarowError('DB_UNSUPPORTED', 'The server is a standby (in recovery) and accepts no changes.', {
    hint: 'Connect to the primary.',
  })
}

/** Before it can be asked for its version: it does not know a setting of version 14, which every connection is opened with. */
export function olderThanKnown(error: unknown): GigarowError | undefined {
  const { code, message = '' } = (error ?? {}) as { readonly code?: string; readonly message?: string }
  const setting = /parameter "(idle_session_timeout)"/.exec(message)?.[1]
  if (code !== UNDEFINED_OBJECT || setting === undefined) return undefined
  const why = `The server is older than PostgreSQL 14 (it does not know ${setting}); gigarow needs 14 or newer.`
  return tooOld(why, { setting })
}

const UNDEFINED_OBJECT = '42704'

function tooOld(why: string, facts: Readonly<Record<string, string | number>>): GigarowError {
  return new GigarowError('DB_UNSUPPORTED', why, {
    facts,
    hint: 'Upgrade the server, or use the embedded one (gigarow db start).',
  })
}
