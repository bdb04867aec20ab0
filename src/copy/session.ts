import { once } from 'node:events'
import pg from 'pg'
import copyFrom from 'pg-copy-streams'
import type { Target } from '../db/index.ts'

/** One connection that can COPY. Everything else goes through the db module. */
export interface CopySession {
  query<Row extends pg.QueryResultRow>(sql: string, params?: readonly unknown[]): Promise<Row[]>
  /**
   * Runs a COPY … FROM STDIN and sends it what `chunks` yields; returns the number of rows the server took.
   * A yielded buffer may be filled again as soon as the next one is asked for. Rejects with the server's error,
   * also when that comes after the last byte was sent.
   */
  copyIn(sql: string, chunks: Iterable<Buffer>): Promise<number>
  close(): Promise<void>
}

export async function openCopySession(target: Target, applicationName: string): Promise<CopySession> {
  const client = new pg.Client({
    host: target.socketDir ?? target.host,
    port: target.port,
    user: target.user,
    database: target.database,
    password: target.password ?? '',
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
    async copyIn(sql, chunks) {
      if (broken) throw broken
      return sendAll(client, sql, chunks)
    },
    close: () => client.end(),
  }
}

async function sendAll(client: pg.Client, sql: string, chunks: Iterable<Buffer>): Promise<number> {
  const stream = client.query(copyFrom.from(sql))
  // once() below only hears an error while it waits; this one hears it at any time.
  let failure: Error | undefined
  stream.on('error', (error) => {
    failure = error
  })
  const closed = once(stream, 'close')
  closed.catch(() => {})
  try {
    for (const chunk of chunks) {
      if (failure) throw failure
      await new Promise<void>((resolve, reject) => {
        stream.write(chunk, (error) => (error ? reject(error) : resolve()))
      })
    }
    stream.end()
    await closed
    if (failure) throw failure
  } catch (error) {
    if (!stream.destroyed) stream.destroy(error as Error)
    throw failure ?? error
  }
  return stream.rowCount
}
