import { execFileSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPool, parseTarget, type Sql } from '../../src/db/index.ts'
import { describeSchema } from '../support/describe-schema.ts'
import { runCli, spawnCli, temporaryDir } from '../support/index.ts'
import { tableDigest } from '../support/load.ts'
import { seededRandom } from '../support/random.ts'
import { until } from '../support/until.ts'

// The repository is the project, with an embedded server of this test's own.
const cwd = fileURLToPath(new URL('../..', import.meta.url))
const ROWS = 2_000_000
const CHUNKS = 16
const random = seededRandom(20261121)
const moments = Array.from({ length: 5 }, () => Math.floor(random() * CHUNKS))

let env: Record<string, string>
let sql: Sql
let whole: string

const cli = (...args: string[]) => runCli(args, { cwd, env })
/** A command that must do its work: fails with what it said. */
async function done(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await cli(...args)
  expect({ code, said: code === 0 ? '' : stderr }).toEqual({ code: 0, said: '' })
  return stdout
}
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

async function reconnect(): Promise<void> {
  await sql?.end({ timeout: 5 })
  const { stdout } = await cli('db', 'url', '--json')
  sql = openPool(parseTarget(JSON.parse(stdout).url, 'flag'), { max: 1, applicationName: 'fault test' })
}

const structure = () =>
  sql`select pg_get_indexdef(indexrelid) as def, indisvalid, coalesce((select conname from pg_constraint where conindid = indexrelid), '') as con,
             (select reloptions from pg_class where oid = indrelid) as options
        from pg_index where indrelid = 'billion_rows'::regclass order by 1`

beforeAll(async () => {
  env = { GIGAROW_STATE_DIR: join(temporaryDir('fault-'), 'state') }
  await done('db', 'start')
  await done('migrate', 'up')
  await reconnect()
  await done(...seed())
  whole = await tableDigest(sql, 'billion_rows')
})

afterAll(async () => {
  await sql?.end({ timeout: 5 })
  await cli('db', 'reset', '--yes')
})

/** Starts a load over from nothing and waits until the newest run has come as far as `condition` says. */
function startAndWait(condition: string, ...more: string[]) {
  return startLoadAndWait(seed('--truncate', ...more), condition)
}

async function startLoadAndWait(args: readonly string[], condition: string) {
  const [before] = await sql`select coalesce(max(id), 0)::int as id from gigarow.seed_run`
  const { child, result } = spawnCli([...args], { cwd, env })
  await until(condition, async () => {
    const [row] = await sql.unsafe(
      `select coalesce((select ${condition} from gigarow.seed_run r where id > $1 order by id desc limit 1), false) as reached`,
      [before!.id],
    )
    return row!.reached
  })
  return { child, result }
}

const chunksDone = (n: number) =>
  `(select count(done_at) >= ${n} from gigarow.seed_chunk where run_id = r.id)`

async function expectWhole(structureBefore: unknown): Promise<void> {
  expect(await tableDigest(sql, 'billion_rows')).toBe(whole)
  expect(await structure()).toEqual(structureBefore)
  const [open] =
    await sql`select count(*)::int as n from gigarow.seed_run where state not in ('done', 'abandoned')`
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

test.each(['copy', 'sql'])(
  'kill -9 of the server in a load by %s: a clear error, then --resume ends with the same table',
  async (filler) => {
    const before = await structure()
    const { result } = await startAndWait(chunksDone(5), '--filler', filler)
    const { stdout } = await cli('db', 'status', '--json')
    process.kill(JSON.parse(stdout).pid, 'SIGKILL')
    const { code, stderr } = await result
    expect(code).toBe(1)
    expect(stderr).toMatch(/DB_CONNECTION_LOST/)
    expect(stderr).toContain('gigarow seed --resume')
    await done('seed', '--resume')
    await reconnect()
    await expectWhole(before)
  },
)

test('kill -9 of the server empties an unlogged table: --resume says so and ends with the same table', async () => {
  const before = await structure()
  await sql`alter table billion_rows set unlogged`
  const { result } = await startAndWait(chunksDone(5))
  const { stdout } = await cli('db', 'status', '--json')
  process.kill(JSON.parse(stdout).pid, 'SIGKILL')
  expect((await result).code).toBe(1)
  const { code, stderr } = await cli('seed', '--resume')
  expect(stderr).toContain('The unlogged table billion_rows has lost')
  expect(code).toBe(0)
  await reconnect()
  await sql`alter table billion_rows set logged`
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
  const described = async () => (await describeSchema(sql)).filter((line) => !line.includes('gigarow.'))
  let digest: string
  let schema: readonly string[]

  beforeAll(async () => {
    await done(...loading)
    digest = await tableDigest(sql, table)
    schema = await described()
  })

  const expectSame = async () => {
    expect(await tableDigest(sql, table)).toBe(digest)
    expect(await described()).toEqual(schema)
  }

  test('kill -9 of gigarow while a partition is filled, then --resume: the same rows in the same table', async () => {
    const { child, result } = await startLoadAndWait(loading, inTheMiddle)
    child.kill('SIGKILL')
    expect((await result).code).toBeNull()
    await done('seed', '--resume')
    await expectSame()
  })

  // npm run test:trials has both.
  test.each(process.env.GIGAROW_TRIALS === undefined ? ['unlogged'] : ['logged', 'unlogged'])(
    'kill -9 of the server then, of %s partitions, then --resume: the same',
    async (persistence) => {
      const leaves = await sql`select relid::text as name from pg_partition_tree(${table}) where isleaf`
      for (const { name } of leaves) await sql.unsafe(`alter table ${name} set ${persistence}`)
      const { stdout } = await cli('db', 'status', '--json')
      const { result } = await startLoadAndWait(loading, inTheMiddle)
      process.kill(JSON.parse(stdout).pid, 'SIGKILL')
      expect((await result).code).toBe(1)
      await done('seed', '--resume')
      await reconnect()
      for (const { name } of leaves) await sql.unsafe(`alter table ${name} set logged`)
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
  const { stdout } = await cli('db', 'status', '--json')
  const postmaster = String(JSON.parse(stdout).pid)
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
