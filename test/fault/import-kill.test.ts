import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openPool, parseTarget, type Sql } from '../../src/db/index.ts'
import { runCli, spawnCli, temporaryDir } from '../support/index.ts'
import { fileIn } from '../support/ingest.ts'
import { tableDigest } from '../support/load.ts'
import { until } from '../support/until.ts'

// The repository is the project, with an embedded server of this test's own.
const cwd = fileURLToPath(new URL('../..', import.meta.url))
const ROWS = 300_000
const TABLE = 'generation_data'

let env: Record<string, string>
let sql: Sql
let folder: string
let whole: string

const cli = (...args: string[]) => runCli(args, { cwd, env })
/** A command that must do its work: fails with what it said. */
async function done(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await cli(...args)
  expect({ code, said: code === 0 ? '' : stderr }).toEqual({ code: 0, said: '' })
  return stdout
}
const importing = (...more: string[]) => [
  ...['import', join(folder, '*.csv'), '--into', TABLE, '--jobs', '2', '--chunk-size', '256kB', '--again'],
  ...more,
]
const serverPid = async () => JSON.parse((await cli('db', 'status', '--json')).stdout).pid as number

async function reconnect(): Promise<void> {
  await sql?.end({ timeout: 5 })
  const { stdout } = await cli('db', 'url', '--json')
  sql = openPool(parseTarget(JSON.parse(stdout).url, 'flag'), { max: 1, applicationName: 'fault test' })
}
const digest = () => tableDigest(sql, TABLE, '(generator_id, timestamp)')

beforeAll(async () => {
  const place = temporaryDir('fault-')
  folder = join(place, 'data')
  mkdirSync(folder)
  env = { GIGAROW_STATE_DIR: join(place, 'state') }
  await done('db', 'start')
  await done('migrate', 'up')
  await done('seed', '--profile', 'energy', '--rows', String(ROWS), '--to', 'csv', folder)
  await reconnect()
  await done(...importing())
  whole = await digest()
})
beforeEach(() => sql.unsafe(`truncate ${TABLE}`))
afterAll(async () => {
  await sql?.end({ timeout: 5 })
  await cli('db', 'reset', '--yes')
})

/** Starts an import and waits until the newest run has come as far as `condition` says. */
async function startAndWait(condition: string, args: readonly string[]) {
  const [before] = await sql`select coalesce(max(id), 0)::int as id from gigarow.import_run`
  const { child, result } = spawnCli([...args], { cwd, env })
  await until(condition, async () => {
    const [row] = await sql.unsafe(
      `select coalesce((select ${condition} from gigarow.import_run r where id > $1 order by id desc limit 1), false) as reached`,
      [before!.id],
    )
    return row!.reached
  })
  return { child, result }
}

const partsDone = (n: number) =>
  `(select count(done_at) >= ${n} from gigarow.import_chunk where run_id = r.id)`
const copying = `exists (select from pg_stat_progress_copy where tuples_processed > 1000)`

async function expectWhole(): Promise<void> {
  expect(await digest()).toBe(whole)
  const [open] = await sql`select count(*)::int as n from gigarow.import_run where state = 'loading'`
  expect(open!.n).toBe(0)
}

describe.each([
  ['error', [0, 3, 11, 30]],
  ['skip', [5]],
  ['update', [5]],
] as const)('kill -9 of gigarow with --on-duplicate %s', (duplicates, moments) => {
  test.each(moments)('after %i parts, then --resume: every row once', async (parts) => {
    const args = importing('--on-duplicate', duplicates)
    const { child, result } = await startAndWait(parts === 0 ? copying : partsDone(parts), args)
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
    const { child, result } = spawnCli(args, { cwd, env })
    await until('rows arrive', async () => (await sql.unsafe(`select ${copying} as reached`))[0]!.reached)
    child.kill('SIGKILL')
    await result
    await until(
      'its session has ended',
      async () => !(await sql.unsafe(`select ${copying} as reached`))[0]!.reached,
    )
  }
  await done('import', '--resume')
  await expectWhole()
})

test('kill -9 of the server: a clear error, then --resume ends with the same table', async () => {
  const { result } = await startAndWait(partsDone(4), importing())
  process.kill(await serverPid(), 'SIGKILL')
  const { code, stderr } = await result
  expect(code).toBe(1)
  expect(stderr).toMatch(/DB_CONNECTION_LOST/)
  expect(stderr).toContain(`gigarow import --resume --into ${TABLE}`)
  await done('import', '--resume')
  await reconnect()
  await expectWhole()
})

test('kill -9 of the server empties an unlogged table: --resume says so and ends with the same table', async () => {
  await sql.unsafe(`alter table ${TABLE} set unlogged`)
  const { result } = await startAndWait(partsDone(4), importing())
  process.kill(await serverPid(), 'SIGKILL')
  expect((await result).code).toBe(1)
  const { code, stderr } = await cli('import', '--resume')
  expect(stderr).toContain(`The unlogged table ${TABLE} has lost`)
  expect(code).toBe(0)
  await reconnect()
  await sql.unsafe(`alter table ${TABLE} set logged`)
  await expectWhole()
})

test('Ctrl-C stops in the middle of a part, says how to go on, and what it says works', async () => {
  const { child, result } = await startAndWait(partsDone(2), importing())
  child.kill('SIGINT')
  const { code, stderr } = await result
  expect(code).toBe(1)
  expect(stderr).toMatch(/INTERRUPTED[\s\S]*gigarow import --resume --into generation_data/)
  await done('import', '--resume', '--into', TABLE)
  await expectWhole()
})

test('kill -9 with --tune: the next command says so, --resume goes on with the profile and puts every setting back', async () => {
  const settings = () =>
    sql`select name, setting, source from pg_settings where name <> 'application_name' order by name`
  const before = await settings()
  const { child, result } = await startAndWait(partsDone(2), importing('--tune', 'bulk-safe', '--no-restart'))
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
