import { expect, test } from 'vitest'
import { tryAdvisoryLock, withDatabase } from '../../../src/db/index.ts'
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
