import { once } from 'node:events'
import type pg from 'pg'
import copyFrom from 'pg-copy-streams'
import type { Target } from '../db/index.ts'
import { SESSION_SETTINGS } from '../kernel/index.ts'

/** What is sent: made here, or read from somewhere. */
export type CopyData = Iterable<Buffer> | AsyncIterable<Buffer>

/** One connection that can COPY. Everything else goes through the db module. */
export interface CopySession {
  query<Row extends pg.QueryResultRow>(sql: string, params?: readonly unknown[]): Promise<Row[]>
  /** Number of rows that an INSERT, UPDATE or DELETE worked on. */
  execute(sql: string): Promise<number>
  /**
   * Runs a COPY … FROM STDIN and sends it what `chunks` yields; returns the number of rows the server took.
   * A yielded buffer may be filled again as soon as the next one is asked for. Rejects with the server's error,
   * also when that comes after the last byte was sent.
   */
  copyIn(sql: string, chunks: CopyData): Promise<number>
  close(): Promise<void>
}

/** As libpq takes them: a backslash before blanks and backslashes. */
function startupOptions({ settings }: Target): string {
  return Object.entries({ ...settings, ...SESSION_SETTINGS })
    .map(([name, value]) => `-c ${name}=${value.replaceAll(/[\\ ]/g, '\\$&')}`)
    .join(' ')
}

export async function openCopySession(target: Target, applicationName: string): Promise<CopySession> {
  // Here, because it takes 50 ms to load (it looks at fetch, which Node then loads) and most commands copy nothing.
  const { default: pg } = await import('pg')
  const client = new pg.Client({
    host: target.socketDir ?? target.host,
    port: target.port,
    user: target.user,
    database: target.database,
    // A function, even for an empty one: pg would fall back to PGPASSWORD of the environment.
    password: () => target.password ?? '',
    options: startupOptions(target),
    application_name: applicationName,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    ssl:
      target.ssl === undefined || target.ssl === 'prefer'
        ? false
        : { rejectUnauthorized: target.ssl === 'verify-full' },
  })
  // Without a listener a connection that breaks between two statements would end the process.
  let broken: Error | undefined
  client.on('error', (error) => {
    broken = error
  })
  await client.connect()
  return {
    async query<Row extends pg.QueryResultRow>(sql: string, params: readonly unknown[] = []) {
      if (broken) throw broken
      return (await client.query<Row>(sql, [...params])).rows
    },
    async execute(sql) {
      if (broken) throw broken
      return (await client.query(sql)).rowCount ?? 0
    },
    async copyIn(sql, chunks) {
      if (broken) throw broken
      return sendAll(client, sql, chunks)
    },
    close: () => client.end(),
  }
}

async function sendAll(client: pg.Client, sql: string, chunks: CopyData): Promise<number> {
  const stream = client.query(copyFrom.from(sql))
  // The server's error can come at any time, also before it has agreed to the COPY: then the library never calls a
  // write back. So everything that waits, waits for this as well.
  let rejected = false
  const rejection = new Promise<never>((_, reject) => {
    stream.on('error', (error) => {
      rejected = true
      reject(error)
    })
  })
  rejection.catch(() => {})
  try {
    for await (const chunk of chunks) {
      // While the chunk was made: the library has let go of its connection then, and would throw a TypeError.
      if (rejected) await rejection
      await Promise.race([written(stream, chunk), rejection])
    }
    if (rejected) await rejection
    const closed = once(stream, 'close')
    stream.end()
    await Promise.race([closed, rejection])
  } catch (error) {
    // Our own failure: CopyFail, and the server's answer to it, before the session is used again.
    if (!rejected) {
      stream.destroy(error as Error)
      await rejection.catch(() => {})
    }
    throw error
  }
  return stream.rowCount
}

function written(stream: copyFrom.CopyStreamQuery, chunk: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(chunk, (error) => (error ? reject(error) : resolve()))
  })
}
