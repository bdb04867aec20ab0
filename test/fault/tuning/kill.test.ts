import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Cluster, openCluster } from '../../../src/cluster/index.ts'
import { ODD_SETTINGS, onServer, prepare, snapshot } from '../../db/tuning/support.ts'
import { runCli, spawnCli, temporaryDir } from '../../support/index.ts'

const APPLY = ['tune', 'apply', 'bulk', '--memory', '1GB', '--disk-free', '20GB']

let root: string
let cluster: Cluster
let before: Awaited<ReturnType<typeof snapshot>>

beforeAll(async () => {
  root = temporaryDir()
  // As the CLI opens it: a restart by either must write the same configuration.
  cluster = openCluster({ root, stateDir: join(root, '.gigarow') })
  await prepare(cluster, ODD_SETTINGS)
  before = await snapshot(cluster)
})
afterAll(() => cluster.reset())

function journalLines(): number {
  try {
    const folder = join(root, '.gigarow/tuning')
    return readdirSync(folder).reduce(
      (sum, name) => sum + readFileSync(join(folder, name), 'utf8').split('\n').length - 1,
      0,
    )
  } catch {
    return 0
  }
}

/** Runs the command and calls `kill` as soon as the journal has so many more lines, or the command is through. */
async function killAt(
  args: readonly string[],
  lines: number,
  kill: (cli: ReturnType<typeof spawnCli>) => void,
) {
  const from = journalLines()
  const cli = spawnCli(args, { cwd: root })
  let ended = false
  const result = cli.result.finally(() => {
    ended = true
  })
  while (!ended && journalLines() < from + lines) await pause(1)
  kill(cli)
  return result
}

async function revertAndCompare(): Promise<void> {
  const reverted = await runCli(['tune', 'revert', '--json'], { cwd: root })
  expect(reverted).toMatchObject({ code: 0, stderr: '' })
  expect(await snapshot(cluster)).toEqual(before)
  const status = await runCli(['tune', 'status', '--json'], { cwd: root })
  expect({ code: status.code, ...JSON.parse(status.stdout) }).toMatchObject({ code: 0, open: false })
}

describe('kill -9 of gigarow', () => {
  it.each([1, 11, 20, 28])(
    'while it applies, at record %i of the journal: revert leaves all as before',
    async (lines) => {
      await killAt(APPLY, lines, ({ child }) => child.kill('SIGKILL'))
      const status = await runCli(['tune', 'status', '--json'], { cwd: root })
      expect(JSON.parse(status.stdout)).toMatchObject({ open: true, profile: 'bulk' })
      await revertAndCompare()
    },
  )

  it('while it applies: applying again finishes it, and one revert takes all back', async () => {
    await killAt(APPLY, 8, ({ child }) => child.kill('SIGKILL'))
    const again = await runCli([...APPLY, '--json'], { cwd: root })
    expect(again.code).toBe(0)
    expect(JSON.parse(again.stdout)).toMatchObject({ pendingRestart: [] })
    await revertAndCompare()
    const status = await runCli(['tune', 'status'], { cwd: root })
    expect(status.stdout).toMatch(
      /bulk was put back .* UTC; durability is on; the disks were brought up to date \(sync, checkpoint\)\./,
    )
  })

  it.each([2, 21])('while it reverts, at record %i: the next revert finishes it', async (lines) => {
    expect((await runCli(APPLY, { cwd: root })).code).toBe(0)
    await killAt(['tune', 'revert'], lines, ({ child }) => child.kill('SIGKILL'))
    await revertAndCompare()
  })
})

describe('kill -9 of the server', () => {
  it.each([5, 12])(
    'at record %i of apply: a clear error, and nothing of the profile is left',
    async (lines) => {
      const result = await killAt(APPLY, lines, () => process.kill(cluster.status().pid!, 'SIGKILL'))
      expect(result.code).toBe(1)
      expect(result.stderr).toMatch(/\[DB_[A-Z_]+\]/)
      await revertAndCompare()
    },
  )
})

describe('a server that does not start', () => {
  it('because wal_level was changed and max_wal_senders was not, is mended by revert', async () => {
    const cli = spawnCli(APPLY, { cwd: root })
    expect((await cli.result).code).toBe(0)
    await onServer(cluster, (sql) => sql`alter system set max_wal_senders = 10`)
    await cluster.stop()
    const reverted = await runCli(['tune', 'revert', '--force', '--json'], { cwd: root })
    expect(reverted).toMatchObject({ code: 0 })
    expect(JSON.parse(reverted.stdout)).toMatchObject({ profile: 'bulk', offline: true })
    expect(await snapshot(cluster)).toEqual(before)
  })
})
