import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, inject } from 'vitest'
import { openPool, parseTarget, type Sql, type Target } from '../../src/db/index.ts'
import { ident } from '../../src/kernel/index.ts'

/** A backend ends some milliseconds after its connection. */
const CLOSING_MS = 3000

/**
 * A database of this file's (or describe's) own: call at its top. It is made before the tests and dropped after them; a
 * connection that is still open then fails the file, with its name and last statement.
 */
export function testDatabase(): Target {
  const server = parseTarget(inject('serverUrl'), 'flag')
  const database = `gigarow_test_${randomUUID().slice(0, 13).replace('-', '_')}`
  beforeAll(() =>
    onServer(server, async (sql) => {
      // template1 of a server that is not ours may hold anything.
      await sql.unsafe(`create database ${ident(database)} template template0`)
    }),
  )
  afterAll(() =>
    onServer(server, async (sql) => {
      const leaks = await openConnections(sql, database)
      await sql.unsafe(`drop database if exists ${ident(database)} with (force)`)
      if (leaks.length > 0)
        throw new Error(`connections were left open on the test database:\n${leaks.join('\n')}`)
    }),
  )
  return { ...server, database }
}

async function openConnections(sql: Sql, database: string): Promise<string[]> {
  for (const end = Date.now() + CLOSING_MS; ; await delay(20)) {
    const open = await sql<{ who: string }[]>`
      select format('  %s (pid %s, %s): %s', application_name, pid, state, left(query, 200)) as who
        from pg_stat_activity where datname = ${database} and backend_type = 'client backend'`
    if (open.length === 0 || Date.now() > end) return open.map(({ who }) => who)
  }
}

async function onServer<T>(server: Target, use: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = openPool(server, { max: 1, applicationName: 'gigarow tests' })
  try {
    return await use(sql)
  } finally {
    await sql.end({ timeout: 5 })
  }
}
