import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { inTransaction, type Target, tryAdvisoryLock, withDatabase } from '../../../src/db/index.ts'
import { testDatabase } from '../../support/index.ts'

const target = testDatabase()

// A session reserved from the pool never answers after that, and a process that waits for it ends with exit code 13.
test('a session that was cut while it was idle rejects the next statement', async () => {
  await withDatabase(target, { doing: 'testing' }, async (db) => {
    const cut = db.withSession(async (session) => {
      const [me] = await session<{ pid: number }[]>`select pg_backend_pid() as pid`
      await db.sql`select pg_terminate_backend(${me!.pid}, 10000)`
      await session`select 1`
    })
    await expect(cut).rejects.toMatchObject({ code: expect.stringMatching(/57P01|CONNECTION_/) })
  })
})

// The driver's own socket: an error first, which the statement fails with, and its end a moment later.
test('a session whose connection breaks while a statement runs rejects the statement and the ROLLBACK after it', async () => {
  await withBreakable(target, async ({ target: proxied, breakAll }) => {
    const work = withDatabase(proxied, { doing: 'testing' }, (db) =>
      db.withSession((session) =>
        inTransaction(session, async () => {
          breakAll()
          // With a parameter the driver asks for its type first, and keeps what comes after it to itself.
          await session.unsafe('select $1::int', [1])
        }),
      ),
    )
    await expect(work).rejects.toMatchObject({ code: 'DB_CONNECTION_LOST' })
  })
})

test('a lock whose session was cut is free, and its holder’s work ends as it would have', async () => {
  await withDatabase(target, { doing: 'testing' }, async (db) => {
    const held = tryAdvisoryLock(
      db,
      'seed',
      async (session) => {
        const [me] = await session<{ pid: number }[]>`select pg_backend_pid() as pid`
        await db.sql`select pg_terminate_backend(${me!.pid}, 10000)`
        return 'done'
      },
      () => expect.unreachable(),
    )
    expect(await held).toBe('done')
    expect(
      await tryAdvisoryLock(
        db,
        'seed',
        async () => 'mine',
        () => expect.unreachable(),
      ),
    ).toBe('mine')
  })
})

/** A way to the server whose connections are reset at the next byte that is sent, once breakAll() was called. */
async function withBreakable<T>(
  target: Target,
  use: (way: { readonly target: Target; readonly breakAll: () => void }) => Promise<T>,
): Promise<T> {
  let broken = false
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(
      target.socketDir === undefined
        ? { host: target.host, port: target.port }
        : { path: `${target.socketDir}/.s.PGSQL.${target.port}` },
    )
    for (const socket of [client, upstream]) sockets.add(socket.on('error', () => {}))
    upstream.pipe(client)
    client.on('data', (bytes) => {
      if (broken) client.resetAndDestroy()
      else upstream.write(bytes)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const { socketDir: _, ...rest } = target
    const way: Target = { ...rest, host: '127.0.0.1', port: (server.address() as AddressInfo).port }
    return await use({
      target: way,
      breakAll: () => {
        broken = true
      },
    })
  } finally {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
}
