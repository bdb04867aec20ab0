// npm run bench:events -- [--rows 20M] [--jobs 2] [--rounds 3] [--without parent,sql] [--json FILE]
// The events profile into its monthly partitions (docs/benchmarks.md): the limit for leaves (each made and COPY … FREEZE-d in one
// transaction, from files on the server), COPY of the same files through the parent, and ours. Ratios of one run count.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { median, openBench, readFlags, root, say, serverOf, writeReport } from './server.js'

const { formatBytes, formatRows, ident, parseRows } = await import('../../dist/kernel/index.js')
const { selectSql } = await import('../../dist/seed/index.js')
const { loadModule } = await import('../../dist/config/index.js')
const { flag, has, jobs, rounds, json } = readFlags(
  { rows: '20M', without: '' },
  { parts: ['parent', 'copy', 'sql'] },
)
const rows = parseRows(flag('rows'))
const { env, gigarow, sql, report, recycle, close } = await openBench({ name: 'bench-events', jobs, rounds })
report.rows = rows
const COLUMNS = 'id, user_id, event_type, event_time, payload'

/** @typedef {{ seconds: number, cpu: number, vacuum: number, peakRssBytes?: number }} Measurement */
/** @type {Record<string, { name: string, run: () => Promise<Measurement>, measured: Measurement[] }>} */
const contests = {
  limit: { name: 'leaves made and COPY … FREEZE-d (limit)', run: limit, measured: [] },
  parent: { name: 'COPY through the parent', run: throughParent, measured: [] },
  copy: { name: 'gigarow --filler copy', run: () => ours('copy'), measured: [] },
  sql: { name: 'gigarow --filler sql', run: () => ours('sql'), measured: [] },
}
try {
  gigarow('migrate', 'up')
  gigarow('tune', 'apply', 'bulk-safe', '--yes')
  await dropIndexes()
  report.server = await serverOf(sql)
  say('warm-up, and the files: by leaf, and as many in the order of the rows as there are sessions')
  await ours('copy')
  const leaves =
    await sql`select inhrelid::regclass::text as name from pg_inherits where inhparent = 'events'::regclass order by 1`
  await makeFiles(leaves.map((leaf) => leaf.name))
  for (let round = 1; round <= rounds; round++) {
    say(`round ${round} of ${rounds}`)
    for (const [key, contest] of Object.entries(contests)) {
      if (!has(key)) continue
      const measured = await contest.run()
      contest.measured.push(measured)
      say(
        `  ${contest.name}: ${measured.seconds.toFixed(2)} s, ${formatRows(rows / measured.seconds)} rows/s, CPU ${measured.cpu.toFixed(1)} s; vacuum ${measured.vacuum.toFixed(2)} s`,
      )
    }
  }
  print()
} finally {
  await close()
}

/** Only the load is measured: nothing is to be built behind it. */
async function dropIndexes() {
  await sql.unsafe('alter table events drop constraint events_pkey')
  const indexes = await sql`
    select indexrelid::regclass::text as name from pg_index where indrelid = 'events'::regclass`
  for (const { name } of indexes) await sql.unsafe(`drop index ${name}`)
}

/** @param {string} name */
function file(name) {
  return join(/** @type {{ data: string }} */ (report.server).data, `gigarow-bench-${name}.copy`)
}

/** @param {readonly string[]} leaves */
async function makeFiles(leaves) {
  await sideBySide(leaves, (leaf) =>
    sql.unsafe(`copy (select ${COLUMNS} from ${ident(leaf)}) to '${file(leaf)}' (format binary)`),
  )
  const profile = /** @type {import('../../dist/seed/index.js').Profile} */ (
    (await loadModule(join(root, 'seeds/events.ts'))).default
  )
  const fill = { .../** @type {import('../../dist/seed/index.js').TableFill} */ (profile.tables[0]), rows }
  const sessions = Array.from({ length: jobs }, (_, k) => k)
  await sideBySide(sessions, (k) => {
    const [lo, hi] = [Math.floor((rows * k) / jobs) + 1, Math.floor((rows * (k + 1)) / jobs)]
    return sql.unsafe(
      `copy (${selectSql(fill, { seed: 1, lo, hi })}) to '${file(String(k))}' (format binary)`,
    )
  })
}

/**
 * CPU seconds that the server and the programs started here have used so far: on a machine that others use as well they
 * say more than the clock. Linux only, elsewhere 0.
 */
function cpuSeconds() {
  try {
    const postmaster = readFileSync(
      join(/** @type {{ data: string }} */ (report.server).data, 'postmaster.pid'),
      'utf8',
    ).split('\n')[0]
    // Behind the name: parent at 1, own times at 11 and 12, those of children that have ended at 13 and 14.
    const stats = readdirSync('/proc')
      .filter((pid) => /^\d+$/.test(pid))
      .flatMap((pid) => {
        try {
          const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
            .replace(/^.*\) /s, '')
            .split(' ')
          return [
            {
              pid,
              parent: fields[1],
              own: Number(fields[11]) + Number(fields[12]),
              ended: Number(fields[13]) + Number(fields[14]),
            },
          ]
        } catch {
          return []
        }
      })
    const ticks = stats.map(({ pid, parent, own, ended }) => {
      if (pid === postmaster) return own + ended
      if (pid === String(process.pid)) return ended
      return parent === postmaster || parent === String(process.pid) ? own : 0
    })
    return ticks.reduce((sum, n) => sum + n, 0) / 100
  } catch {
    return 0
  }
}

/** Each measurement begins alike: decision 0011. @param {() => Promise<unknown>} work */
async function timed(work) {
  await recycle()
  const cpuBefore = cpuSeconds()
  const started = performance.now()
  await work()
  return { seconds: (performance.now() - started) / 1000, cpu: cpuSeconds() - cpuBefore }
}

/** As many sessions as ours. @template T @param {readonly T[]} items @param {(item: T) => Promise<unknown>} work */
async function sideBySide(items, work) {
  const queue = [...items]
  const session = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: jobs }, session))
}

/** @returns {Promise<Measurement>} */
async function limit() {
  const leaves =
    await sql`select inhrelid::regclass::text as name from pg_inherits where inhparent = 'events'::regclass order by 1`
  await sql.unsafe('create schema limits')
  const names = leaves.map((leaf) => `limits.${ident(leaf.name)}`)
  const load = await timed(() =>
    sideBySide(leaves, (leaf) =>
      sql.begin(async (tx) => {
        await tx.unsafe(`create table limits.${ident(leaf.name)} (like events including defaults)`)
        await tx.unsafe(
          `copy limits.${ident(leaf.name)} (${COLUMNS}) from '${file(leaf.name)}' (format binary, freeze)`,
        )
      }),
    ),
  )
  const { seconds: vacuum } = await timed(() =>
    sideBySide(names, (name) => sql.unsafe(`vacuum (freeze, analyze) ${name}`)),
  )
  await sql.unsafe('drop schema limits cascade')
  return { ...load, vacuum }
}

/** @returns {Promise<Measurement>} */
async function throughParent() {
  await sql.unsafe('create schema parents')
  await sql.unsafe(
    'create table parents.events (like public.events including defaults) partition by range (event_time)',
  )
  const leaves = await sql`
    select c.relname as name, pg_get_expr(c.relpartbound, c.oid) as bound from pg_inherits join pg_class c on c.oid = inhrelid
     where inhparent = 'public.events'::regclass order by 1`
  for (const leaf of leaves)
    await sql.unsafe(`create table parents.${ident(leaf.name)} partition of parents.events ${leaf.bound}`)
  const load = await timed(() =>
    sideBySide(
      Array.from({ length: jobs }, (_, k) => String(k)),
      (k) => sql.unsafe(`copy parents.events (${COLUMNS}) from '${file(k)}' (format binary)`),
    ),
  )
  const { seconds: vacuum } = await timed(() =>
    sideBySide(leaves, (leaf) => sql.unsafe(`vacuum (freeze, analyze) parents.${ident(leaf.name)}`)),
  )
  await sql.unsafe('drop schema parents cascade')
  return { ...load, vacuum }
}

/** What a user runs. @param {string} filler @returns {Promise<Measurement>} */
async function ours(filler) {
  await recycle()
  const args = [
    'seed',
    '--profile',
    'events',
    '--rows',
    String(rows),
    '--filler',
    filler,
    '--jobs',
    String(jobs),
  ]
  const child = spawn(process.execPath, [join(root, 'bin/gigarow.js'), ...args, '--truncate', '--json'], {
    cwd: root,
    env,
  })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text
  })
  const ended = once(child, 'close')
  const cpu = await cpuOfLoad(ended)
  const [code] = await ended
  if (code !== 0) throw new Error(`gigarow ${args.join(' ')} ended with ${code}:\n${stdout}${stderr}`)
  const document = JSON.parse(stdout)
  /** @param {string} name */
  const phase = (name) => document.phases.find((/** @type {{ name: string }} */ p) => p.name === name).seconds
  return { seconds: phase('load'), cpu, vacuum: phase('vacuum'), peakRssBytes: document.peakRssBytes }
}

/** From the moment at which the newest run is there to the one at which it is loaded. @param {Promise<unknown>} ended */
async function cpuOfLoad(ended) {
  const newest = async () => {
    const [run] = await sql`select id, state from gigarow.seed_run order by id desc limit 1`
    return run
  }
  const [{ there }] = /** @type {any} */ (
    await sql`select to_regclass('gigarow.seed_run') is not null as there`
  )
  const before = there ? await newest() : undefined
  let isOver = false
  ended.then(() => {
    isOver = true
  })
  /** @type {number | undefined} */
  let from
  for (;;) {
    const run = await newest().catch(() => undefined)
    if (run !== undefined && run.id !== before?.id) {
      from ??= cpuSeconds()
      if (run.state !== 'loading') return cpuSeconds() - from
    }
    if (isOver) return 0
    await delay(50)
  }
}

function print() {
  const measured = Object.values(contests).filter((contest) => contest.measured.length > 0)
  const seconds = (/** @type {{ measured: Measurement[] } | undefined} */ contest) =>
    median((contest?.measured ?? []).map((m) => m.seconds))
  const parent = contests.parent?.measured.length ? seconds(contests.parent) : undefined
  report.results = measured.map((contest) => ({
    name: contest.name,
    seconds: seconds(contest),
    all: contest.measured,
    ofTheLimit: seconds(contests.limit) / seconds(contest),
    ...(parent === undefined ? {} : { timesTheParent: parent / seconds(contest) }),
  }))
  for (const { name, seconds, ofTheLimit, timesTheParent } of /** @type {any[]} */ (report.results))
    say(
      `${name.padEnd(45)} ${seconds.toFixed(2).padStart(8)} s  ${`${formatRows(rows / seconds)}/s`.padStart(9)}  ${ofTheLimit.toFixed(2)} of the limit${timesTheParent === undefined ? '' : `  ${timesTheParent.toFixed(2)} x the parent`}`,
    )
  const peak = Math.max(...Object.values(contests).flatMap((c) => c.measured.map((m) => m.peakRssBytes ?? 0)))
  say(`peak memory of gigarow: ${formatBytes(peak)}`)
  writeReport(report, json)
}
