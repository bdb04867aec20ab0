import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { temporaryDir } from '../support/index.ts'
import { fileIn } from '../support/ingest.ts'
import { tableDigest } from '../support/load.ts'
import { ownServer } from '../support/own-server.ts'
import { until } from '../support/until.ts'

const ROWS = 300_000
const TABLE = 'generation_data'

const server = ownServer('import')
const { chunksDone, cli, done, reconnect, serverPid, startAndWait } = server
let folder: string
let whole: string

const importing = (...more: string[]) => [
  ...['import', join(folder, '*.csv'), '--into', TABLE, '--jobs', '2', '--chunk-size', '256kB', '--again'],
  ...more,
]

const digest = () => tableDigest(server.sql, TABLE)

beforeAll(async () => {
  folder = join(temporaryDir('fault-'), 'data')
  mkdirSync(folder)
  await done('seed', '--profile', 'energy', '--rows', String(ROWS), '--to', 'csv', folder)
  await done(...importing())
  whole = await digest()
})
beforeEach(() => server.sql.unsafe(`truncate ${TABLE}`))

const copying = `exists (select from pg_stat_progress_copy where tuples_processed > 1000)`

async function expectWhole(): Promise<void> {
  expect(await digest()).toBe(whole)
  const [open] = await server.sql`select count(*)::int as n from gigarow.import_run where state = 'loading'`
  expect(open!.n).toBe(0)
}

describe.each([
  ['error', [0, 3, 11, 30]],
  ['skip', [5]],
  ['update', [5]],
] as const)('kill -9 of gigarow with --on-duplicate %s', (duplicates, moments) => {
  test.each(moments)('after %i parts, then --resume: every row once', async (parts) => {
    const args = importing('--on-duplicate', duplicates)
    const { child, result } = await startAndWait(args, parts === 0 ? copying : chunksDone(parts))
    child.kill('SIGKILL')
    expect((await result).code).toBeNull()
    const report = JSON.parse(await done('import', '--resume', '--json'))
    expect(report).toMatchObject({ read: ROWS, inserted: ROWS, counted: ROWS })
    await expectWhole()
  })
})

test('kill -9 twice, of a packed file, then --resume: every row once', async () => {
  const [text] = ['generation_data.csv'].map((name) => readFileSync(join(folder, name)))
  const packed = fileIn(temporaryDir('fault-'), 'packed.csv.gz', gzipSync(text!))
  for (const args of [
    ['import', packed, '--into', TABLE, '--again'],
    ['import', '--resume'],
  ]) {
    const { child, result } = server.spawn(args)
    await until(
      'rows arrive',
      async () => (await server.sql.unsafe(`select ${copying} as reached`))[0]!.reached,
    )
    child.kill('SIGKILL')
    await result
    await until(
      'its session has ended',
      async () => !(await server.sql.unsafe(`select ${copying} as reached`))[0]!.reached,
    )
  }
  await done('import', '--resume')
  await expectWhole()
})

test('kill -9 of the server: a clear error, then --resume ends with the same table', async () => {
  const { result } = await startAndWait(importing(), chunksDone(4))
  process.kill(await serverPid(), 'SIGKILL')
  const { code, stderr } = await result
  expect(code).toBe(1)
  expect(stderr).toMatch(/DB_CONNECTION_LOST|DB_UNREACHABLE/)
  expect(stderr).toContain(`gigarow import --resume --into ${TABLE}`)
  await done('import', '--resume')
  await reconnect()
  await expectWhole()
})

test('kill -9 of the server empties an unlogged table: --resume says so and ends with the same table', async () => {
  await server.sql.unsafe(`alter table ${TABLE} set unlogged`)
  const { result } = await startAndWait(importing(), chunksDone(4))
  process.kill(await serverPid(), 'SIGKILL')
  expect((await result).code).toBe(1)
  const { code, stderr } = await cli('import', '--resume')
  expect(stderr).toContain(`The unlogged table ${TABLE} has lost`)
  expect(code).toBe(0)
  await reconnect()
  await server.sql.unsafe(`alter table ${TABLE} set logged`)
  await expectWhole()
})

test('Ctrl-C stops in the middle of a part, says how to go on, and what it says works', async () => {
  const { child, result } = await startAndWait(importing(), chunksDone(2))
  child.kill('SIGINT')
  const { code, stderr } = await result
  expect(code).toBe(1)
  expect(stderr).toMatch(/INTERRUPTED[\s\S]*gigarow import --resume --into generation_data/)
  await done('import', '--resume', '--into', TABLE)
  await expectWhole()
})

test('kill -9 with --tune: the next command says so, --resume goes on with the profile and puts every setting back', async () => {
  const settings = () =>
    server.sql`select name, setting, source from pg_settings where name <> 'application_name' order by name`
  const before = await settings()
  const { child, result } = await startAndWait(
    importing('--tune', 'bulk-safe', '--no-restart'),
    chunksDone(2),
  )
  expect(await settings()).not.toEqual(before)
  child.kill('SIGKILL')
  await result
  expect((await cli('import', join(folder, '*.csv'), '--into', TABLE, '--dry-run')).stderr).toMatch(
    /gigarow import \(process .* died with tuning profile bulk-safe/,
  )
  const { tuning, ...report } = JSON.parse(await done('import', '--resume', '--json'))
  expect(report).toMatchObject({ read: ROWS, counted: ROWS })
  expect(tuning).toMatchObject({ profile: 'bulk-safe', problem: null, stays: false })
  await reconnect()
  expect(await settings()).toEqual(before)
  await expectWhole()
})
