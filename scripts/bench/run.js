// npm run bench -- [--rows 10M] [--jobs 2] [--rounds 3] [--json FILE]
// Four measurements in one run on one server (docs/benchmarks.md): the limit (COPY binary from files on the server),
// the recipe of the billion row document, our fillers, and the whole pipeline of both. Everything is measured once in
// each round, and medians are compared: ratios count; seconds are noisy.
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { median, openBench, root, say } from './server.js'

const { formatBytes, formatRows } = await import('../../dist/kernel/index.js')
const { rows, jobs, rounds, json, gigarow, sql, report, close } = await openBench({
  name: 'bench',
  rows: '10M',
})
/** @typedef {{ load: number, pipeline: number, peakRssBytes?: number, checksum?: string }} Measurement in seconds and bytes */
/** One measurement a round. @type {{ limit: number[], recipe: Measurement[], copy: Measurement[], sql: Measurement[] }} */
const runs = { limit: [], recipe: [], copy: [], sql: [] }

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

/** @type {(k: number) => string} */
let file
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
  for (let round = 1; round <= rounds; round++) {
    say(`round ${round} of ${rounds}`)
    runs.limit.push(await limit())
    runs.copy.push(await fill('copy'))
    runs.recipe.push(await recipe())
    runs.sql.push(await fill('sql'))
  }
  print()
} finally {
  await close()
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
  await sql.unsafe('drop table limit_rows')
  return seconds
}

/** (b) and (d) The billion row document: its table, its statement in parallel sessions, its index, its VACUUM ANALYZE. */
async function recipe() {
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
  await sql.unsafe('drop schema recipe cascade')
  return { load, pipeline: load + index + vacuum }
}

/** (c) and (d) What a user runs. @param {string} filler */
async function fill(filler) {
  await recycle()
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
    `  gigarow --filler ${filler}: ${Object.entries(seconds)
      .map(([name, s]) => `${name} ${s.toFixed(2)} s`)
      .join(', ')}; peak memory ${formatBytes(document.peakRssBytes)}`,
  )
  return {
    load: seconds.load,
    pipeline: seconds.prepare + seconds.load + seconds.indexes + seconds.vacuum,
    peakRssBytes: document.peakRssBytes,
    checksum: document.tables[0].checksum,
  }
}

function print() {
  const { limit, recipe, copy, sql } = runs
  const load = {
    limit: median(limit),
    recipe: median(recipe.map((r) => r.load)),
    copy: median(copy.map((r) => r.load)),
    sql: median(sql.map((r) => r.load)),
  }
  const pipeline = {
    recipe: median(recipe.map((r) => r.pipeline)),
    copy: median(copy.map((r) => r.pipeline)),
    sql: median(sql.map((r) => r.pipeline)),
  }
  const peak = {
    copy: Math.max(...copy.map((r) => r.peakRssBytes ?? 0)),
    sql: Math.max(...sql.map((r) => r.peakRssBytes ?? 0)),
  }
  const checksums = new Set([...copy, ...sql].map((r) => r.checksum))
  report.runs = runs
  report.seconds = { load, pipeline }
  report.ratios = {
    'copy / limit': load.limit / load.copy,
    'copy / best limit': Math.min(...limit) / load.copy,
    'sql / limit': load.limit / load.sql,
    'copy / recipe': load.recipe / load.copy,
    'sql / recipe': load.recipe / load.sql,
    'copy pipeline / recipe pipeline': pipeline.recipe / pipeline.copy,
    'sql pipeline / recipe pipeline': pipeline.recipe / pipeline.sql,
  }
  const line = (/** @type {string} */ name, /** @type {number} */ s, /** @type {number[]} */ all) => [
    name,
    `${s.toFixed(2)} s`,
    `${Math.min(...all).toFixed(2)}–${Math.max(...all).toFixed(2)}`,
    `${formatRows(rows / s)}/s`,
    (load.limit / s).toFixed(2),
    (load.recipe / s).toFixed(1),
  ]
  const loads = (/** @type {Measurement[]} */ measured) => measured.map((r) => r.load)
  const lines = [
    ['load', 'median', 'from–to', 'rows', 'of the limit', 'times the recipe'],
    line('COPY binary from server files (limit)', load.limit, limit),
    line('the document’s recipe', load.recipe, loads(recipe)),
    line('gigarow --filler copy', load.copy, loads(copy)),
    line('gigarow --filler sql', load.sql, loads(sql)),
  ]
  const widths = lines[0]?.map((_, c) => Math.max(...lines.map((l) => (l[c] ?? '').length))) ?? []
  say('')
  for (const l of lines)
    say(
      l.map((cell, c) => (c === 0 ? cell.padEnd(widths[c] ?? 0) : cell.padStart(widths[c] ?? 0))).join('  '),
    )
  say('')
  say(
    `whole pipeline (load, keys, index, vacuum analyze): recipe ${pipeline.recipe.toFixed(1)} s, copy ${pipeline.copy.toFixed(1)} s (${(pipeline.recipe / pipeline.copy).toFixed(1)} x), sql ${pipeline.sql.toFixed(1)} s (${(pipeline.recipe / pipeline.sql).toFixed(1)} x)`,
  )
  say(
    `peak memory of gigarow: copy ${formatBytes(peak.copy)}, sql ${formatBytes(peak.sql)}; checksums ${checksums.size === 1 ? 'equal' : 'DIFFER'}`,
  )
  const text = JSON.stringify(report, null, 2)
  if (json) writeFileSync(json, `${text}\n`)
  else process.stdout.write(`${text}\n`)
}
