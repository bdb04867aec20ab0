import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { expect, test } from 'vitest'
import { NEWEST_TESTED, onUntestedServer, parseTarget, receive, withDatabase } from '../../../src/db/index.ts'

test.each([
  [100023, '10.23'],
  [130016, '13.16 (Debian 13.16-0+deb11u1)'],
])('a server of version %i is too old; the message names it', (version, name) => {
  expect(() => receive({ version, name, standby: false })).toThrow(
    expect.objectContaining({
      code: 'DB_UNSUPPORTED',
      message: `The server is PostgreSQL ${name}; gigarow needs 14 or newer.`,
    }),
  )
})

test.each([140000, 180004])('a server of version %i is taken, and nothing is said', (version) => {
  expect(heard(version)).toEqual([])
})

test.each([190000, 200001])('a server of version %i is taken, and said to be untested', (version) => {
  expect(Math.floor(version / 10_000)).toBeGreaterThan(NEWEST_TESTED)
  expect(heard(version)).toEqual([`name of ${version}`])
})

function heard(version: number): readonly string[] {
  const names: string[] = []
  onUntestedServer(({ name }) => names.push(name))
  try {
    receive({ version, name: `name of ${version}`, standby: false })
    return names
  } finally {
    onUntestedServer(() => {})
  }
}

test('a server that is too old to know our settings ends the connection before it says its version: the message says why', async () => {
  const server = createServer((socket) => {
    socket.once('data', () =>
      socket.end(fatal('unrecognized configuration parameter "idle_session_timeout"')),
    )
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  try {
    const target = parseTarget(`postgresql://me@127.0.0.1:${port}/shop`, 'flag')
    await expect(withDatabase(target, { doing: 'looking' }, async () => {})).rejects.toMatchObject({
      code: 'DB_UNSUPPORTED',
      message:
        'The server is older than PostgreSQL 14 (it does not know idle_session_timeout); gigarow needs 14 or newer.',
    })
  } finally {
    server.close()
  }
})

/** ErrorResponse, as PostgreSQL 13 answers the startup message. */
function fatal(message: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C42704\0M${message}\0\0`)
  const head = Buffer.alloc(5)
  head.write('E')
  head.writeInt32BE(fields.length + 4, 1)
  return Buffer.concat([head, fields])
}
