import { expect, test } from 'vitest'
import { type CopySession, openCopySession } from '../../../src/copy/index.ts'
import { testDatabase } from '../../support/index.ts'
import { until } from '../../support/until.ts'

const target = testDatabase()

async function withCopy<T>(use: (session: CopySession) => Promise<T>): Promise<T> {
  const session = await openCopySession(target, 'copy test')
  try {
    return await use(session)
  } finally {
    await session.close()
  }
}

function* lines(count: number, last?: string): Iterable<Buffer> {
  for (let i = 0; i < count; i++) yield Buffer.from(`${i}\n`)
  if (last !== undefined) yield Buffer.from(last)
}

test('the server’s number of rows comes back', async () => {
  await withCopy(async (session) => {
    await session.query('create temp table t (n int)')
    expect(await session.copyIn('copy t from stdin', lines(1000))).toBe(1000)
  })
})

// The regression that keeps COPY away from postgres.js: there this never settles, and no ROLLBACK is sent.
test('a last row that the server rejects after everything was sent is an error, and the session lives on', async () => {
  await withCopy(async (session) => {
    await session.query('create temp table t (n int)')
    await session.query('begin')
    await expect(session.copyIn('copy t from stdin', lines(3, 'no number\n'))).rejects.toThrow(
      /invalid input syntax/,
    )
    await session.query('rollback')
    expect(await session.query('select count(*)::int as n from t')).toEqual([{ n: 0 }])
  })
})

test('a row rejected in the middle ends a long stream, and the session lives on', async () => {
  await withCopy(async (session) => {
    await session.query('create temp table t (n int)')
    const endless = function* () {
      yield Buffer.from('no number\n')
      for (;;) yield Buffer.from('1\n'.repeat(50_000))
    }
    await expect(session.copyIn('copy t from stdin', endless())).rejects.toThrow(/invalid input syntax/)
    expect(await session.query('select 1 as one')).toEqual([{ one: 1 }])
  })
})

test.each([1, 0])(
  'a row rejected while the next one is awaited is the server’s error, with %i more to come',
  async (more) => {
    await withCopy(async (session) => {
      await session.query('create temp table t (n int)')
      const [{ pid } = { pid: 0 }] = await session.query<{ pid: number }>('select pg_backend_pid() as pid')
      const slow = async function* () {
        yield Buffer.from('no number\n')
        await withCopy((other) =>
          until('the server has refused it', async () => {
            const [row] = await other.query('select state from pg_stat_activity where pid = $1', [pid])
            return row!.state === 'idle'
          }),
        )
        for (let i = 0; i < more; i++) yield Buffer.from('1\n')
      }
      await expect(session.copyIn('copy t from stdin', slow())).rejects.toThrow(/invalid input syntax/)
      expect(await session.query('select 1 as one')).toEqual([{ one: 1 }])
    })
  },
)

test('a generator that throws takes the COPY back', async () => {
  await withCopy(async (session) => {
    await session.query('create temp table t (n int)')
    const failing = function* () {
      yield Buffer.from('1\n')
      throw new Error('stopped by us')
    }
    await expect(session.copyIn('copy t from stdin', failing())).rejects.toThrow('stopped by us')
    expect(await session.query('select count(*)::int as n from t')).toEqual([{ n: 0 }])
  })
})

test('a COPY that the server refuses at once is an error', async () => {
  await withCopy(async (session) => {
    await expect(session.copyIn('copy nowhere from stdin', lines(1))).rejects.toThrow(/does not exist/)
    expect(await session.query('select 1 as one')).toEqual([{ one: 1 }])
  })
})
