// npm run bench -- [--rows 10M,100M] [--jobs 2] [--rounds 3] [--without recipe,unlogged] [--json FILE]
// In one run on one server (docs/benchmarks.md): the limit (COPY binary from files on the server), the recipe of the billion row
// document, our fillers, the whole pipeline of both, and the limit and our fillers where the table is unlogged. Everything is measured
// once in each round, and medians are compared: ratios count; seconds are noisy.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { median, openBench, readFlags, root, say, sayTable, serverOf, writeReport } from './server.js'

const { formatBytes, formatRows, ident, parseRows } = await import('../../dist/kernel/index.js')
const { selectSql } = await import('../../dist/seed/index.js')
const { loadModule } = await import('../../dist/config/index.js')

const { flag, has, jobs, rounds, json } = readFlags(
  { rows: '10M', without: '' },
  { parts: ['recipe', 'copy', 'sql', 'unlogged'] },
)
const sizes = flag('rows').split(',').map(parseRows)
const { gigarow, sql, report, recycle, close } = await openBench({ name: 'bench', jobs, rounds })

/** @typedef {{ load: number, pipeline?: number, peakRssBytes?: number, checksum?: string }} Measurement in seconds and bytes */
/** @typedef {Record<string, Measurement[]>} Runs by contest, one measurement a round */
/** @typedef {{ name: string, run: (rows: number) => Promise<Measurement> }} Contest */
/** @type {Record<string, Contest>} */
const logged = {
  limit: { name: 'COPY binary from server files (limit)', run: (rows) => limit(rows) },
  copy: { name: 'gigarow --filler copy', run: (rows) => fill('copy', rows) },
  recipe: { name: 'the document’s recipe', run: recipe },
  sql: { name: 'gigarow --filler sql', run: (rows) => fill('sql', rows) },
}
/** @type {Record<string, Contest>} */
const unlogged = {
  'unlogged limit': { name: 'COPY into an unlogged table (limit)', run: (rows) => limit(rows, 'unlogged') },
  'unlogged copy': { name: 'gigarow --filler copy', run: (rows) => fill('copy', rows) },
  'unlogged sql': { name: 'gigarow --filler sql', run: (rows) => fill('sql', rows) },
}

try {
  gigarow('migrate', 'up')
  gigarow('tune', 'apply', 'bulk-safe', '--yes')
  report.server = await serverOf(sql)
  const results = []
  for (const rows of sizes) results.push({ rows, ...summary(await measureSize(rows)) })
  report.sizes = results
  for (const result of results) print(result)
  printGrowth(results)
  writeReport(report, json)
} finally {
  await close()
}

/** Sizes do not take turns: after small loads the server gives away the WAL files that a large one would find. @param {number} rows */
async function measureSize(rows) {
  say(
    `${formatRows(rows)} rows: files for the limit, and a warm-up: the first load of a new server also makes its WAL files`,
  )
  /** @type {Runs} */
  const runs = {}
  try {
    await makeFiles(rows)
    await limit(rows)
    for (let round = 1; round <= rounds; round++) {
      say(`round ${round} of ${rounds}`)
      await measureAll(logged, rows, runs)
      if (has('unlogged')) await onBareUnlogged(() => measureAll(unlogged, rows, runs))
    }
  } finally {
    for (let k = 0; k < jobs; k++) rmSync(file(k), { force: true })
  }
  return runs
}

/** @param {Record<string, Contest>} contests @param {number} rows @param {Runs} runs */
async function measureAll(contests, rows, runs) {
  for (const [key, { run }] of Object.entries(contests)) {
    if (!has(key.replace('unlogged ', ''))) continue
    const measured = await run(rows)
    runs[key] = [...(runs[key] ?? []), measured]
  }
}

/** @param {string} name @param {number} rows @param {() => Promise<unknown>} work */
async function measure(name, rows, work) {
  await recycle()
  const started = performance.now()
  await work()
  const seconds = (performance.now() - started) / 1000
  say(`  ${name}: ${seconds.toFixed(2)} s, ${formatRows(rows / seconds)} rows/s`)
  return seconds
}

/** The rows of each session: [first, last]. @param {number} rows */
function shares(rows) {
  return Array.from({ length: jobs }, (_, k) => [
    Math.floor((rows * k) / jobs) + 1,
    Math.floor((rows * (k + 1)) / jobs),
  ])
}

/** @param {number} k */
function file(k) {
  return join(/** @type {{ data: string }} */ (report.server).data, `gigarow-bench-${k}.copy`)
}

/** @param {number} rows */
async function makeFiles(rows) {
  const profile = /** @type {import('../../dist/seed/index.js').Profile} */ (
    (await loadModule(join(root, 'seeds/billion.ts'))).default
  )
  const fill = { .../** @type {import('../../dist/seed/index.js').TableFill} */ (profile.tables[0]), rows }
  await Promise.all(
    shares(rows).map(([lo = 0, hi = 0], k) =>
      sql.unsafe(`copy (${selectSql(fill, { seed: 1, lo, hi })}) to '${file(k)}' (format binary)`),
    ),
  )
}

/** As many sessions as ours, each with COPY of a binary file that lies on the server, into one table without indexes. @param {number} rows */
async function limit(rows, kind = '') {
  await sql.unsafe(
    `create ${kind} table limit_rows (id bigint not null, value text not null, created_at timestamp not null)`,
  )
  const load = await measure(`limit: COPY binary from server files ${kind}`.trim(), rows, () =>
    Promise.all(shares(rows).map((_, k) => sql.unsafe(`copy limit_rows from '${file(k)}' (format binary)`))),
  )
  await sql.unsafe('drop table limit_rows')
  return { load }
}

/** The billion row document: its table, its statement in parallel sessions, its index, its VACUUM ANALYZE. @param {number} rows */
async function recipe(rows) {
  await sql.unsafe('create schema recipe')
  await sql.unsafe(
    'create table recipe.billion_rows (id bigserial primary key, value text not null, created_at timestamp not null)',
  )
  const load = await measure('recipe load', rows, () =>
    Promise.all(
      shares(rows).map(([lo = 0, hi = 0]) =>
        sql.unsafe(
          `insert into recipe.billion_rows (value, created_at) select md5(random()::text), now() - (random() * interval '365 days') from generate_series(1, ${hi - lo + 1})`,
        ),
      ),
    ),
  )
  const index = await measure('recipe index', rows, () =>
    sql.unsafe('create index idx_value on recipe.billion_rows (value)'),
  )
  const vacuum = await measure('recipe vacuum', rows, () => sql.unsafe('vacuum analyze recipe.billion_rows'))
  await sql.unsafe('drop schema recipe cascade')
  return { load, pipeline: load + index + vacuum }
}

/** What a user runs. The rows go as soon as they are measured: at 100 M rows they are 16 GB. @param {string} filler @param {number} rows */
async function fill(filler, rows) {
  await recycle()
  const size = ['--rows', String(rows), '--jobs', String(jobs)]
  const document = gigarow(
    'seed',
    '--profile',
    'billion',
    ...size,
    '--filler',
    filler,
    '--truncate',
    '--json',
  )
  await sql.unsafe('truncate billion_rows')
  const seconds = Object.fromEntries(
    document.phases.map((/** @type {{ name: string, seconds: number }} */ p) => [p.name, p.seconds]),
  )
  const phases = Object.entries(seconds).map(([name, s]) => `${name} ${s.toFixed(2)} s`)
  say(`  gigarow --filler ${filler}: ${phases.join(', ')}; peak memory ${formatBytes(document.peakRssBytes)}`)
  return {
    load: seconds.load,
    pipeline: seconds.prepare + seconds.load + seconds.indexes + seconds.vacuum,
    peakRssBytes: document.peakRssBytes,
    checksum: document.tables[0].checksum,
  }
}

/** Of unlogged tables only the load counts, so nothing is built behind it. @param {() => Promise<void>} work */
async function onBareUnlogged(work) {
  const keys = await sql`
    select conname as name, pg_get_constraintdef(oid) as def from pg_constraint
     where conrelid = 'billion_rows'::regclass and contype = 'p'`
  const indexes = await sql`
    select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as def from pg_index
     where indrelid = 'billion_rows'::regclass and not indisprimary`
  for (const { name } of keys) await sql.unsafe(`alter table billion_rows drop constraint ${ident(name)}`)
  for (const { name } of indexes) await sql.unsafe(`drop index ${name}`)
  await sql.unsafe('alter table billion_rows set unlogged')
  await work()
  await sql.unsafe('alter table billion_rows set logged')
  for (const { name, def } of keys)
    await sql.unsafe(`alter table billion_rows add constraint ${ident(name)} ${def}`)
  for (const { def } of indexes) await sql.unsafe(def)
}

/** @param {Runs} runs */
function summary(runs) {
  const medians = Object.fromEntries(
    Object.entries(runs).map(([key, measured]) => [
      key,
      {
        load: median(measured.map((m) => m.load)),
        pipeline: median(measured.map((m) => Number(m.pipeline))),
      },
    ]),
  )
  /** @param {string} a @param {string} b @param {'load' | 'pipeline'} of how many times as fast a is as b */
  const ratio = (a, b, of = 'load') => {
    const [own, other] = [medians[a]?.[of], medians[b]?.[of]]
    return own && other ? other / own : undefined
  }
  const best = Math.min(...(runs.limit ?? []).map((m) => m.load))
  const ratios = {
    'copy / limit': ratio('copy', 'limit'),
    'copy / best limit': medians.copy && best / medians.copy.load,
    'sql / limit': ratio('sql', 'limit'),
    'copy / recipe': ratio('copy', 'recipe'),
    'sql / recipe': ratio('sql', 'recipe'),
    'copy pipeline / recipe pipeline': ratio('copy', 'recipe', 'pipeline'),
    'sql pipeline / recipe pipeline': ratio('sql', 'recipe', 'pipeline'),
    'unlogged copy / unlogged limit': ratio('unlogged copy', 'unlogged limit'),
    'unlogged sql / unlogged limit': ratio('unlogged sql', 'unlogged limit'),
    'unlogged sql / limit': ratio('unlogged sql', 'limit'),
  }
  const checksums = new Set(Object.values(runs).flatMap((all) => all.flatMap((m) => m.checksum ?? [])))
  return { medians, ratios, hasEqualRows: checksums.size <= 1, runs }
}

/** @typedef {{ rows: number } & ReturnType<typeof summary>} Result */

/** @param {Result} result */
function print({ rows, medians, runs, hasEqualRows }) {
  const of = (/** @type {number | undefined} */ whole, /** @type {number} */ s) =>
    whole === undefined ? '–' : whole / s
  const fixed = (/** @type {number | string} */ x, /** @type {number} */ places) =>
    typeof x === 'string' ? x : x.toFixed(places)
  const line = (/** @type {[string, Contest]} */ [key, { name }]) => {
    const all = (runs[key] ?? []).map((m) => m.load)
    const s = median(all)
    const limit = medians[key.startsWith('unlogged') ? 'unlogged limit' : 'limit']?.load
    return [
      name,
      `${s.toFixed(2)} s`,
      `${Math.min(...all).toFixed(2)}–${Math.max(...all).toFixed(2)}`,
      `${formatRows(rows / s)}/s`,
      fixed(of(limit, s), 2),
      fixed(of(medians.recipe?.load, s), 1),
    ]
  }
  const contests = Object.entries({ ...logged, ...unlogged }).filter(([key]) => runs[key])
  sayTable([
    [`${formatRows(rows)} rows`, 'median', 'from–to', 'rows', 'of the limit', 'times the recipe'],
    ...contests.map(line),
  ])
  const whole = ['recipe', 'copy', 'sql'].flatMap((key) => {
    const seconds = medians[key]?.pipeline
    return seconds
      ? [`${key} ${seconds.toFixed(1)} s (${fixed(of(medians.recipe?.pipeline, seconds), 1)} x)`]
      : []
  })
  const [bare, usual] = [medians['unlogged sql']?.load, medians.limit?.load]
  if (bare && usual)
    say(`sql into an unlogged table: ${(usual / bare).toFixed(2)} of the limit of a logged one`)
  say(`whole pipeline (load, keys, index, vacuum analyze): ${whole.join(', ')}`)
  const peak = Math.max(...Object.values(runs).flatMap((all) => all.map((m) => m.peakRssBytes ?? 0)))
  say(`peak memory of gigarow: ${formatBytes(peak)}; checksums ${hasEqualRows ? 'equal' : 'DIFFER'}`)
}

/** Whether rows/s stay what they are: the largest size against the smallest. @param {readonly Result[]} results */
function printGrowth(results) {
  const [small, large] = [results[0], results.at(-1)]
  if (!small || !large || small === large) return
  const growth = Object.fromEntries(
    Object.entries(large.medians).map(([key, { load }]) => {
      return [key, large.rows / load / (small.rows / (small.medians[key]?.load ?? Number.NaN))]
    }),
  )
  report.growth = growth
  const parts = Object.entries(growth).map(([key, ratio]) => `${key} ${ratio.toFixed(2)}`)
  say(`rows/s at ${formatRows(large.rows)} against those at ${formatRows(small.rows)}: ${parts.join(', ')}`)
}
