// npm run bench -- [--rows 10M] [--jobs 2] [--json FILE]
// Four measurements in one run on one server (docs/benchmarks.md): the limit (COPY binary from files on the server),
// the recipe of the billion row document, our fillers, and the whole pipeline of both. Ratios count; seconds are noisy.
import { spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { ensureReady } from '../bootstrap.js'

ensureReady()
const root = fileURLToPath(new URL('../..', import.meta.url))
const { openPool } = await import('../../dist/db/index.js')
const { openCluster } = await import('../../dist/cluster/index.js')
const { formatBytes, formatRows, parseRows } = await import('../../dist/kernel/index.js')

const { values: flags } = parseArgs({
  options: {
    rows: { type: 'string', default: '10M' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    json: { type: 'string' },
  },
})
const rows = parseRows(flags.rows)
const jobs = Number(flags.jobs)
const stateDir = join(root, '.gigarow', 'bench')
/** @type {Record<string, string | undefined>} */
const env = { ...process.env, GIGAROW_STATE_DIR: stateDir }
delete env.DATABASE_URL

/** Runs the CLI; with --json returns its document. @param {string[]} args */
function gigarow(...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'bin/gigarow.js'), ...args], {
    cwd: root,
    env,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  if (status !== 0) throw new Error(`gigarow ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`)
  return args.includes('--json') ? JSON.parse(stdout) : undefined
}

/** @param {string} text */
const say = (text) => process.stderr.write(`${text}\n`)
/** Rows/s of each measurement of the limit. @type {number[]} */
const limits = []

/**
 * Each load begins alike: with recycled WAL files (making new ones halves the speed) and without the last one's pages
 * still on their way to the disk.
 */
async function recycle() {
  await sql.unsafe('checkpoint')
  spawnSync('sync')
}

/** @param {string} name @param {() => Promise<void>} work */
async function measure(name, work) {
  await recycle()
  const started = performance.now()
  await work()
  const seconds = (performance.now() - started) / 1000
  say(`  ${name}: ${seconds.toFixed(2)} s, ${formatRows(rows / seconds)} rows/s`)
  return seconds
}

const cluster = openCluster({ root, stateDir })
const sql = openPool(await cluster.start(), { max: jobs + 2 })
/** @type {(k: number) => string} */
let file
/** @type {Record<string, unknown>} */
const report = {
  machine: {
    cpus: cpus()[0]?.model,
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    node: process.version,
  },
  rows,
  jobs,
}
try {
  gigarow('migrate', 'up')
  gigarow('tune', 'apply', 'bulk-safe', '--yes')
  const [server] =
    await sql`select version(), current_setting('data_directory') as data, current_setting('shared_buffers') as shared_buffers, current_setting('max_wal_size') as max_wal_size, current_setting('wal_level') as wal_level, current_setting('fsync') as fsync`
  report.server = server
  file = (k) => join(server?.data, `gigarow-bench-${k}.copy`)
  await makeFiles()
  say('warm-up: the first load of a new server also makes its WAL files')
  await limit()
  limits.length = 0
  // Before, between and after the others, so that a machine that is busy for a while does not change one side alone.
  await limit()
  await fill('copy')
  await limit()
  await fill('sql')
  await limit()
  for (const k of shares().keys()) rmSync(file(k))
  await recipe()
  print()
} finally {
  await sql.end({ timeout: 5 })
  try {
    gigarow('tune', 'revert', '--yes')
  } finally {
    await cluster.stop()
    rmSync(stateDir, { recursive: true, force: true })
  }
}

/** The rows of each session: [first, last]. */
function shares() {
  return Array.from({ length: jobs }, (_, k) => [
    Math.floor((rows * k) / jobs) + 1,
    Math.floor((rows * (k + 1)) / jobs),
  ])
}

async function makeFiles() {
  const { selectSql } = await import('../../dist/seed/index.js')
  const { loadModule } = await import('../../dist/config/index.js')
  const profile = (await loadModule(join(root, 'seeds/billion.ts'))).default
  const table = { .../** @type {import('../../dist/seed/index.js').Profile} */ (profile).tables[0], rows }
  const fill = /** @type {import('../../dist/seed/index.js').TableFill} */ (table)
  await Promise.all(
    shares().map(([lo = 0, hi = 0], k) =>
      sql.unsafe(`copy (${selectSql(fill, { seed: 1, lo, hi })}) to '${file(k)}' (format binary)`),
    ),
  )
}

/** (a) As many sessions as ours, each with COPY of a binary file that lies on the server, into one table without indexes. */
async function limit() {
  await sql.unsafe(
    'create table limit_rows (id bigint not null, value text not null, created_at timestamp not null)',
  )
  const seconds = await measure('limit: COPY binary from server files', async () => {
    await Promise.all(shares().map((_, k) => sql.unsafe(`copy limit_rows from '${file(k)}' (format binary)`)))
  })
  limits.push(rows / seconds)
  await sql.unsafe('drop table limit_rows')
}

/** (b) and (d) The billion row document: its table, its statement in parallel sessions, its index, its VACUUM ANALYZE. */
async function recipe() {
  say('recipe: the document’s INSERT … SELECT md5(random()::text) in parallel sessions')
  await sql.unsafe('create schema recipe')
  await sql.unsafe(
    'create table recipe.billion_rows (id bigserial primary key, value text not null, created_at timestamp not null)',
  )
  const load = await measure('recipe load', async () => {
    await Promise.all(
      shares().map(([lo = 0, hi = 0]) =>
        sql.unsafe(
          `insert into recipe.billion_rows (value, created_at) select md5(random()::text), now() - (random() * interval '365 days') from generate_series(1, ${hi - lo + 1})`,
        ),
      ),
    )
  })
  const index = await measure(
    'recipe index',
    async () => void (await sql.unsafe('create index idx_value on recipe.billion_rows (value)')),
  )
  const vacuum = await measure(
    'recipe vacuum',
    async () => void (await sql.unsafe('vacuum analyze recipe.billion_rows')),
  )
  report.recipe = { load, index, vacuum, pipeline: load + index + vacuum }
  await sql.unsafe('drop schema recipe cascade')
}

/** (c) and (d) What a user runs. @param {string} filler */
async function fill(filler) {
  await recycle()
  say(`gigarow seed --profile billion --filler ${filler}`)
  const document = gigarow(
    'seed',
    '--profile',
    'billion',
    '--rows',
    String(rows),
    '--filler',
    filler,
    '--jobs',
    String(jobs),
    '--truncate',
    '--json',
  )
  const seconds = Object.fromEntries(
    document.phases.map((/** @type {{ name: string, seconds: number }} */ p) => [p.name, p.seconds]),
  )
  say(
    `  ${Object.entries(seconds)
      .map(([name, s]) => `${name} ${s.toFixed(2)} s`)
      .join(', ')}; peak memory ${formatBytes(document.peakRssBytes)}`,
  )
  report[filler] = {
    ...seconds,
    pipeline: seconds.prepare + seconds.load + seconds.indexes + seconds.vacuum,
    peakRssBytes: document.peakRssBytes,
    checksum: document.tables[0].checksum,
  }
}

/** @param {number[]} values */
function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

function print() {
  report.limitRowsPerSecond = median(limits)
  report.limits = limits
  const r = /** @type {any} */ (report)
  const rate = (/** @type {number} */ s) => rows / s
  report.ratios = Object.fromEntries(
    ['copy', 'sql'].flatMap((filler) => [
      [`${filler} / limit`, rate(r[filler].load) / r.limitRowsPerSecond],
      [`${filler} / recipe`, r.recipe.load / r[filler].load],
      [`${filler} pipeline / recipe pipeline`, r.recipe.pipeline / r[filler].pipeline],
    ]),
  )
  const line = (/** @type {string} */ name, /** @type {number} */ s) => [
    name,
    `${s.toFixed(2)} s`,
    `${formatRows(rate(s))}/s`,
    (rate(s) / r.limitRowsPerSecond).toFixed(2),
    (r.recipe.load / s).toFixed(1),
  ]
  const lines = [
    ['load', 'time', 'rows', 'of the limit', 'times the recipe'],
    line('COPY binary from server files (limit)', rows / r.limitRowsPerSecond),
    line('the document’s recipe', r.recipe.load),
    line('gigarow --filler copy', r.copy.load),
    line('gigarow --filler sql', r.sql.load),
  ]
  const widths = lines[0]?.map((_, c) => Math.max(...lines.map((l) => (l[c] ?? '').length))) ?? []
  say('')
  for (const l of lines)
    say(
      l.map((cell, c) => (c === 0 ? cell.padEnd(widths[c] ?? 0) : cell.padStart(widths[c] ?? 0))).join('  '),
    )
  say('')
  say(
    `whole pipeline (load, keys, index, vacuum analyze): recipe ${r.recipe.pipeline.toFixed(1)} s, copy ${r.copy.pipeline.toFixed(1)} s (${(r.recipe.pipeline / r.copy.pipeline).toFixed(1)} x), sql ${r.sql.pipeline.toFixed(1)} s (${(r.recipe.pipeline / r.sql.pipeline).toFixed(1)} x)`,
  )
  say(
    `peak memory of gigarow: copy ${formatBytes(r.copy.peakRssBytes)}, sql ${formatBytes(r.sql.peakRssBytes)}; checksums ${r.copy.checksum === r.sql.checksum ? 'equal' : 'DIFFER'}`,
  )
  const text = JSON.stringify(report, null, 2)
  if (flags.json) writeFileSync(flags.json, `${text}\n`)
  else process.stdout.write(`${text}\n`)
}
