import { execFileSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { describeSchema } from '../support/describe-schema.ts'
import { tableDigest } from '../support/load.ts'
import { ownServer } from '../support/own-server.ts'
import { seededRandom } from '../support/random.ts'

const ROWS = 1_000_000
const CHUNKS = 16
const random = seededRandom(20261121)
const moments = Array.from({ length: 5 }, () => Math.floor(random() * CHUNKS))

const server = ownServer('seed')
const { chunksDone, cli, done, reconnect, serverPid } = server
let whole: string

const seed = (...more: string[]) => [
  'seed',
  '--profile',
  'billion',
  '--rows',
  String(ROWS),
  '--jobs',
  '2',
  ...more,
]

const structure = () =>
  server.sql`select pg_get_indexdef(indexrelid) as def, indisvalid, coalesce((select conname from pg_constraint where conindid = indexrelid), '') as con,
             (select reloptions from pg_class where oid = indrelid) as options
        from pg_index where indrelid = 'billion_rows'::regclass order by 1`

beforeAll(async () => {
  await done(...seed())
  whole = await tableDigest(server.sql, 'billion_rows')
})

/** Starts a load over from nothing and waits until the newest run has come as far as `condition` says. */
function startAndWait(condition: string, ...more: string[]) {
  return server.startAndWait(seed('--truncate', ...more), condition)
}

async function expectWhole(structureBefore: unknown): Promise<void> {
  expect(await tableDigest(server.sql, 'billion_rows')).toBe(whole)
  expect(await structure()).toEqual(structureBefore)
  const [open] =
    await server.sql`select count(*)::int as n from gigarow.seed_run where state not in ('done', 'abandoned')`
  expect(open!.n).toBe(0)
}

describe.each([
  ['copy', moments],
  // The ledger does not know who fills its chunks.
  ['sql', moments.slice(0, 2)],
] as const)('kill -9 of gigarow in a load by %s', (filler, some) => {
  test.each(some)('after %i of 16 chunks, then --resume: exactly the same table', async (chunks) => {
    const before = await structure()
    const { child, result } = await startAndWait(chunksDone(chunks), '--filler', filler)
    child.kill('SIGKILL')
    expect((await result).code).toBeNull()
    await done('seed', '--resume')
    await expectWhole(before)
  })
})

test.each(['finishing', 'verifying'])(
  'kill -9 while it is %s, then --resume: exactly the same table',
  async (state) => {
    const before = await structure()
    const { child, result } = await startAndWait(`state = '${state}'`)
    child.kill('SIGKILL')
    await result
    await done('seed', '--resume')
    await expectWhole(before)
  },
)

test.each([
  ['while rows come by copy', 'copy', chunksDone(5)],
  ['while rows come by sql', 'sql', chunksDone(5)],
  ['while it builds indexes', 'copy', `exists (select from pg_stat_progress_create_index)`],
  ['while it verifies', 'copy', `state = 'verifying'`],
])(
  'kill -9 of the server %s: a clear error, then --resume ends with the same table',
  async (_, filler, moment) => {
    const before = await structure()
    const pid = await serverPid()
    const { result } = await startAndWait(moment, '--filler', filler)
    process.kill(pid, 'SIGKILL')
    const { code, stderr } = await result
    expect(code).toBe(1)
    // The second where it was about to open a connection.
    expect(stderr).toMatch(/DB_CONNECTION_LOST|DB_UNREACHABLE/)
    expect(stderr).toContain('gigarow seed --resume')
    await done('seed', '--resume')
    await reconnect()
    await expectWhole(before)
  },
)

test('kill -9 of the server empties an unlogged table: --resume says so and ends with the same table', async () => {
  const before = await structure()
  await server.sql`alter table billion_rows set unlogged`
  const pid = await serverPid()
  const { result } = await startAndWait(chunksDone(5))
  process.kill(pid, 'SIGKILL')
  expect((await result).code).toBe(1)
  const { code, stderr } = await cli('seed', '--resume')
  expect(stderr).toContain('The unlogged table billion_rows has lost')
  expect(code).toBe(0)
  await reconnect()
  await server.sql`alter table billion_rows set logged`
  await expectWhole(before)
})

// Of fact_data_metrics a partition is one transaction; the rows of events are sorted by partition, chunk by chunk.
describe.each([
  [
    'warehouse.fact_data_metrics',
    ['--profile', 'platform', '--rows', '800k'],
    `${chunksDone(1)} and exists (select from pg_stat_progress_copy where tuples_processed > 1000)`,
  ],
  ['events', ['--profile', 'events', '--rows', '100k', '--chunk-rows', '10k'], chunksDone(3)],
] as const)('partitions of %s', (table, options, inTheMiddle) => {
  const loading = ['seed', ...options, '--only', table, '--jobs', '2', '--truncate']
  const described = async () =>
    (await describeSchema(server.sql)).filter((line) => !line.includes('gigarow.'))
  let digest: string
  let schema: readonly string[]

  beforeAll(async () => {
    await done(...loading)
    digest = await tableDigest(server.sql, table)
    schema = await described()
  })

  const expectSame = async () => {
    expect(await tableDigest(server.sql, table)).toBe(digest)
    expect(await described()).toEqual(schema)
  }

  test('kill -9 of gigarow while a partition is filled, then --resume: the same rows in the same table', async () => {
    const { child, result } = await server.startAndWait(loading, inTheMiddle)
    child.kill('SIGKILL')
    expect((await result).code).toBeNull()
    await done('seed', '--resume')
    await expectSame()
  })

  // npm run test:trials has both.
  test.each(process.env.GIGAROW_TRIALS === undefined ? ['unlogged'] : ['logged', 'unlogged'])(
    'kill -9 of the server then, of %s partitions, then --resume: the same',
    async (persistence) => {
      const leaves =
        await server.sql`select relid::text as name from pg_partition_tree(${table}) where isleaf`
      for (const { name } of leaves) await server.sql.unsafe(`alter table ${name} set ${persistence}`)
      const pid = await serverPid()
      const { result } = await server.startAndWait(loading, inTheMiddle)
      process.kill(pid, 'SIGKILL')
      expect((await result).code).toBe(1)
      await done('seed', '--resume')
      await reconnect()
      for (const { name } of leaves) await server.sql.unsafe(`alter table ${name} set logged`)
      await expectSame()
    },
  )
})

test('Ctrl-C stops between rows, says how to go on, and what it says works', async () => {
  const before = await structure()
  const { child, result } = await startAndWait(chunksDone(4))
  child.kill('SIGINT')
  const { code, stderr } = await result
  expect(code).toBe(1)
  expect(stderr).toMatch(/INTERRUPTED[\s\S]*gigarow seed --resume/)
  await done('seed', '--resume')
  await expectWhole(before)
})

// A limit on the size of files stands in for a full disk: the server's processes get EFBIG instead of ENOSPC.
test('a disk that is full in the middle: a clear error; with room again --resume ends with the same table', async () => {
  const before = await structure()
  const postmaster = String(await serverPid())
  // As the server's own user: root without CAP_SYS_RESOURCE may not do it.
  const { uid, gid } = statSync(`/proc/${postmaster}`)
  const limit = (bytes: string) =>
    execFileSync('prlimit', ['--pid', postmaster, `--fsize=${bytes}:unlimited`], { uid, gid })
  limit('40000000')
  const { code, stderr } = await cli(...seed('--truncate')).finally(() => limit('unlimited'))
  expect(code).toBe(1)
  expect(stderr).toMatch(/DISK_FULL/)
  expect(stderr).toContain('gigarow seed --resume')
  await done('seed', '--resume')
  await expectWhole(before)
})
