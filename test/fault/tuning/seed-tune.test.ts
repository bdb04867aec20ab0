import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Cluster, openCluster } from '../../../src/cluster/index.ts'
import { openJournals } from '../../../src/tuning/index.ts'
import { onServer, prepare, snapshot } from '../../db/tuning/support.ts'
import { runCli, spawnCli, temporaryDir } from '../../support/index.ts'
import { until } from '../../support/until.ts'

// The repository is the project, with an embedded server of this test's own.
const cwd = fileURLToPath(new URL('../../..', import.meta.url))
const LOAD = ['seed', '--profile', 'billion', '--rows', '1M', '--jobs', '2', '--truncate']
const TUNE = ['--tune', 'bulk', '--memory', '1GB', '--disk-free', '20GB']

let env: Record<string, string>
let cluster: Cluster
let before: Awaited<ReturnType<typeof snapshot>>
const cli = (...args: string[]) => runCli(args, { cwd, env })

beforeAll(async () => {
  const stateDir = join(temporaryDir('fault-'), 'state')
  env = { GIGAROW_STATE_DIR: stateDir }
  cluster = openCluster({ root: cwd, stateDir })
  await prepare(cluster, [`alter system set work_mem = '0.007GB'`])
  expect((await cli('migrate', 'up')).code).toBe(0)
  before = await snapshot(cluster)
})
afterAll(() => cluster.reset())

/** Each test leaves settings, leases and journal as if there had been no tuning. */
afterEach(async () => {
  expect(await snapshot(cluster)).toEqual(before)
  expect(await leases()).toEqual([])
  const { code, stdout } = await cli('tune', 'status', '--json')
  expect({ code, ...JSON.parse(stdout) }).toMatchObject({ code: 0, open: false, owner: null })
})
// A test that failed must not take the others with it.
beforeEach(() => cli('tune', 'revert', '--force'))

const leases = () =>
  onServer(cluster, async (sql) => {
    const [there] = await sql`select to_regclass('gigarow.tune_lease') is not null as there`
    return there!.there ? [...(await sql`select profile, doing, pid from gigarow.tune_lease`)] : []
  })

/** Starts a tuned load and calls `stop` when so many of its eight chunks are there. */
async function stopAt(chunks: number, stop: (cli: ReturnType<typeof spawnCli>) => void) {
  const newest = () =>
    onServer(cluster, async (sql) => {
      const [there] = await sql`select to_regclass('gigarow.seed_run') is not null as there`
      if (!there!.there) return { id: 0, done: 0 }
      const [row] = await sql<{ id: number; done: number }[]>`
        select coalesce(max(run_id), 0)::int as id, count(*) filter (where done_at is not null)::int as done from gigarow.seed_chunk
         where run_id = (select max(id) from gigarow.seed_run)`
      return row!
    }).catch(() => ({ id: 0, done: 0 }))
  const { id } = await newest()
  const started = spawnCli([...LOAD, ...TUNE, '--chunk-rows', '125000'], { cwd, env })
  let ended = false
  const result = started.result.finally(() => {
    ended = true
  })
  // Until the profile is in force the server restarts, and is not to be asked.
  const isInForce = () => openJournals(env.GIGAROW_STATE_DIR!).some(({ state }) => state.phase === 'applied')
  await until('the profile is in force', async () => ended || isInForce())
  await until(`${chunks} chunks`, async () => {
    if (ended) return true
    const now = await newest()
    return now.id > id && now.done >= chunks
  })
  stop(started)
  return { child: started.child, ...(await result) }
}

describe('seed --tune', () => {
  it('has the profile in force while it loads, and puts it back', async () => {
    const { code, stdout } = await cli(...LOAD, ...TUNE, '--json')
    expect(code).toBe(0)
    const { tuning, rows } = JSON.parse(stdout)
    expect(rows).toBe(1_000_000)
    expect(tuning).toMatchObject({
      profile: 'bulk',
      session: { jit: 'off' },
      pendingRestart: [],
      restarted: true,
      stays: false,
      reverted: { pendingRestart: [], restarted: true, notes: [] },
      problem: null,
    })
    expect(tuning.changed).toContainEqual({ name: 'fsync', from: 'on', to: 'off', scope: null })
  })

  it('killed in the load: status and the next command say so, --resume ends the load and puts all back', async () => {
    const { child, code } = await stopAt(2, ({ child }) => child.kill('SIGKILL'))
    expect(code).toBeNull()
    const status = await cli('tune', 'status', '--json')
    expect({ code: status.code, ...JSON.parse(status.stdout) }).toMatchObject({
      code: 4,
      open: true,
      profile: 'bulk',
      owner: { doing: 'seed', pid: child.pid, alive: false },
    })
    expect(await leases()).toEqual([{ profile: 'bulk', doing: 'seed', pid: child.pid }])
    const next = await cli('migrate', 'status')
    expect(next.stderr).toMatch(
      /gigarow seed \(process \d+ on .*\) died with tuning profile bulk in force on .*gigarow tune revert.*gigarow seed --resume/,
    )
    const resumed = await cli('seed', '--resume', '--json')
    expect(resumed.code).toBe(0)
    expect(JSON.parse(resumed.stdout)).toMatchObject({
      rows: 1_000_000,
      tuning: { profile: 'bulk', reverted: { pendingRestart: [] }, problem: null },
    })
  })

  it('killed in the load: tune revert puts all back, and --resume goes on without', async () => {
    await stopAt(2, ({ child }) => child.kill('SIGKILL'))
    expect((await cli('tune', 'revert')).code).toBe(0)
    const resumed = await cli('seed', '--resume', '--json')
    expect(resumed.code).toBe(0)
    expect(JSON.parse(resumed.stdout)).not.toHaveProperty('tuning')
  })

  it('Ctrl-C in the load: the settings are back when the command ends', async () => {
    const { code, stderr } = await stopAt(2, ({ child }) => child.kill('SIGINT'))
    expect(code).toBe(1)
    expect(stderr).toMatch(/INTERRUPTED[\s\S]*gigarow seed --resume --tune bulk/)
  })

  it('kill -9 of the server in the load: it is started again, and the settings are back when the command ends', async () => {
    const { code, stderr } = await stopAt(2, () => process.kill(cluster.status().pid!, 'SIGKILL'))
    expect(code).toBe(1)
    expect(stderr).toContain('[DB_CONNECTION_LOST]')
  })

  it('a table that is not empty: nothing is changed and nothing restarted', async () => {
    const loaded = await cli('seed', '--resume', '--json')
    expect([0, 1]).toContain(loaded.code)
    const pid = cluster.status().pid
    const { code, stderr } = await cli(...LOAD.filter((word) => word !== '--truncate'), ...TUNE)
    expect(code).toBe(1)
    expect(stderr).toMatch(/TABLE_NOT_EMPTY|SEED_UNFINISHED/)
    expect(cluster.status().pid).toBe(pid)
  })
})
