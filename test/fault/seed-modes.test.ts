import { beforeAll, describe, expect, test } from 'vitest'
import { structureOf, tableDigest } from '../support/load.ts'
import { ownServer } from '../support/own-server.ts'
import { seededRandom } from '../support/random.ts'

// kill -9 of gigarow and of the server while tables are unlogged for a load, and while rows are added; with a server of its own.
const SCHEMAS = ['public', 'warehouse']
const CHUNKS = 16
const random = seededRandom(20261122)
const chunk = () => 1 + Math.floor((random() * CHUNKS) / 2)

/** The first of a list, or all of them (npm run test:trials): each takes up to twenty seconds. */
const some = <T>(kills: readonly T[]): readonly T[] =>
  process.env.GIGAROW_TRIALS === undefined ? kills.slice(0, 1) : kills

const server = ownServer('seed')
const { chunksDone, cli, done, reconnect, serverPid } = server

/** Everything on the tables, and whether they, their indexes and their sequences are logged. */
async function structure(): Promise<unknown> {
  const persistence = await server.sql`
    select oid::regclass::text as name, relpersistence::text as logged from pg_class
     where relnamespace::regnamespace::text = any (${SCHEMAS}) order by 1`
  return [await structureOf(server.sql, SCHEMAS), persistence]
}

type Victim = 'gigarow' | 'server'

/**
 * Runs the command, kills when the newest run has come as far as `condition` says, and has --resume end the load. Returns what that said, and
 * how many chunks it found done: of commits that do not wait for the disk a crash of the server takes the last.
 */
async function killAndResume(
  args: readonly string[],
  victim: Victim,
  condition: string,
): Promise<{ readonly said: string; readonly found: number }> {
  const pid = await serverPid()
  const { child, result } = await server.startAndWait(args, condition)
  if (victim === 'gigarow') child.kill('SIGKILL')
  else process.kill(pid, 'SIGKILL')
  expect((await result).code).not.toBe(0)
  if (victim === 'server') await done('db', 'start')
  await reconnect()
  const [ledger] = await server.sql`
    select count(done_at)::int as found from gigarow.seed_chunk where run_id = (select max(id) from gigarow.seed_run)`
  const { code, stderr } = await cli('seed', '--resume')
  expect({ code, said: code === 0 ? '' : stderr }).toEqual({ code: 0, said: '' })
  return { said: stderr, found: ledger!.found }
}

const loggedAgain = `exists (select from gigarow.seed_dropped where run_id = r.id and name = 'persistence' and rebuilt_at is not null)`

const billion = (rows: number, ...more: string[]) => [
  ...['seed', '--profile', 'billion', '--rows', String(rows), '--jobs', '2'],
  ...more,
]
const platform = ['seed', '--profile', 'platform', '--rows', '400k', '--jobs', '2', '--truncate']
const fact = 'warehouse.fact_data_metrics'
const logs = 'warehouse.pipeline_logs'

describe('--unlogged', () => {
  const ROWS = 800_000
  let digests: readonly string[]
  let before: unknown
  const all = () =>
    Promise.all([
      tableDigest(server.sql, 'billion_rows'),
      tableDigest(server.sql, fact),
      tableDigest(server.sql, logs),
    ])

  beforeAll(async () => {
    await done(...billion(ROWS))
    await done(...platform, '--only', `${fact},${logs}`)
    digests = await all()
    before = await structure()
  })

  test.each<[Victim, string, string]>(
    some([
      ['server', 'copy', chunksDone(chunk())],
      ['gigarow', 'sql', loggedAgain],
      ['gigarow', 'copy', chunksDone(chunk())],
      ['gigarow', 'copy', `state = 'finishing'`],
      ['server', 'sql', chunksDone(chunk())],
      ['server', 'copy', `state = 'finishing'`],
      ['server', 'copy', loggedAgain],
    ]),
  )(
    'kill -9 of %s in a load by %s when %s, then --resume: the same logged table',
    async (victim, filler, when) => {
      const args = billion(ROWS, '--truncate', '--unlogged', '--chunk-rows', '100k', '--filler', filler)
      const { said, found } = await killAndResume(args, victim, when)
      if (victim === 'server' && when.includes('seed_chunk') && found > 0)
        expect(said).toContain('The unlogged table billion_rows has lost')
      expect(await all()).toEqual(digests)
      expect(await structure()).toEqual(before)
    },
  )

  test.each<[Victim, string]>(
    some([
      ['gigarow', chunksDone(3)],
      ['server', loggedAgain],
      ['server', chunksDone(3)],
      ['server', `state = 'finishing'`],
    ]),
  )('partitions, one by one and side by side: kill -9 of %s when %s', async (victim, when) => {
    const args = [...platform, '--only', `${fact},${logs}`, '--unlogged', '--chunk-rows', '5k']
    await killAndResume(args, victim, when)
    expect(await all()).toEqual(digests)
    expect(await structure()).toEqual(before)
  })
})

describe('--append', () => {
  const [ROWS, MORE] = [300_000, 500_000]
  let whole: string
  let before: unknown

  beforeAll(async () => {
    await done(...billion(ROWS + MORE, '--truncate'))
    whole = await tableDigest(server.sql, 'billion_rows')
    before = await structure()
  })

  test.each<[Victim, string, string, string]>(
    some([
      ['server', 'keep', 'copy', chunksDone(chunk())],
      ['gigarow', 'drop', 'copy', chunksDone(chunk())],
      ['gigarow', 'keep', 'sql', chunksDone(chunk())],
      ['gigarow', 'drop', 'copy', `state = 'finishing'`],
      ['gigarow', 'keep', 'copy', `state = 'verifying'`],
      ['server', 'drop', 'sql', chunksDone(chunk())],
    ]),
  )(
    'kill -9 of %s with indexes %s, by %s, when %s, then --resume: every row once',
    async (victim, indexes, filler, when) => {
      await done(...billion(ROWS, '--truncate'))
      const args = billion(MORE, '--append', '--chunk-rows', '50k', '--indexes', indexes, '--filler', filler)
      await killAndResume(args, victim, when)
      expect(await tableDigest(server.sql, 'billion_rows')).toBe(whole)
      expect(await structure()).toEqual(before)
    },
  )
})
