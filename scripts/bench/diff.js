// npm run bench:diff -- [--tables 100,1000] [--rounds 3] [--json FILE] [--without-pg-delta]
// Reads two databases of many partitioned tables and plans the way from one to the other, ours and @supabase/pg-delta in
// turn, each time in a process of its own (docs/benchmarks.md). Ratios count; seconds are noisy.
import { execFile } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { ensureReady } from '../bootstrap.js'
import { installOther } from './other.js'

ensureReady()
const { openPool, targetUrl } = await import('../../dist/db/index.js')
const { makeCopy, makeDatabase, withServer } = await import('./partitioned.js')

const { values: flags } = parseArgs({
  options: {
    tables: { type: 'string', default: '100,1000' },
    rounds: { type: 'string', default: '3' },
    json: { type: 'string' },
    'without-pg-delta': { type: 'boolean', default: false },
  },
})
const folder = dirname(fileURLToPath(import.meta.url))

/** @typedef {import('../../src/db/index.ts').Target} Target */
/**
 * In seconds and bytes. `baseRssBytes`: the process with its modules, before it connects. `server` is undefined where /proc does not tell it.
 * @typedef {{ read: number, plan: number, cpu: number, peakRssBytes: number, baseRssBytes: number, statements: string[], server: number | undefined }} Run
 */
/** @type {Record<string, string>} */
const tools = { ours: join(folder, 'diff-ours.js') }
const other = flags['without-pg-delta'] ? undefined : installOther('pg-delta', '@supabase/pg-delta')
if (other) tools['pg-delta'] = other

/** @param {string} text */
const say = (text) => process.stderr.write(`${text}\n`)
/** @type {Record<string, Record<string, Run[]>>} */
const runs = {}
await withServer('diff', async (server) => {
  for (const tables of flags.tables.split(',').map(Number)) {
    say(`${tables} tables, ${tables * 11} relations, ${tables * 22} indexes`)
    const from = await makeDatabase(server, `bench_${tables}`, tables)
    runs[tables] = await measure(server, from, await makeCopy(server, from))
  }
})
report()

/** @param {Target} server @param {Target} from @param {Target} to */
async function measure(server, from, to) {
  /** @type {Record<string, Run[]>} */
  const measured = Object.fromEntries(Object.keys(tools).map((name) => [name, []]))
  // The first round fills the caches of the server and does not count.
  for (let round = 0; round <= Number(flags.rounds); round++) {
    for (const [name, script] of Object.entries(tools)) {
      const run = await measureOnce(server, [script, targetUrl(from), targetUrl(to)])
      say(
        `  ${round === 0 ? 'warm-up' : `round ${round}`}, ${name}: read ${time(run.read)}, plan ${time(run.plan)}, ` +
          `CPU ${time(run.cpu)} and ${time(run.server)} of the server, ${bytes(run.peakRssBytes)} (${bytes(run.baseRssBytes)} before), ${run.statements.length} statements`,
      )
      if (round > 0) measured[name]?.push(run)
    }
  }
  return measured
}

/** @param {Target} server @param {string[]} args @returns {Promise<Run>} */
async function measureOnce(server, args) {
  const admin = openPool(server, { max: 1 })
  try {
    const [row] = await admin`select current_setting('data_directory') as data`
    const postmaster = readFileSync(join(row?.data, 'postmaster.pid'), 'utf8').split('\n')[0] ?? ''
    await quiet(admin)
    const before = reaped(postmaster)
    const { stdout } = await promisify(execFile)(process.execPath, args)
    await quiet(admin)
    const after = reaped(postmaster)
    return {
      ...JSON.parse(stdout),
      server: before === undefined || after === undefined ? undefined : after - before,
    }
  } finally {
    await admin.end()
  }
}

/** Until all other sessions have ended. @param {import('postgres').Sql} admin */
async function quiet(admin) {
  for (;;) {
    const [row] =
      await admin`select count(*)::int as n from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`
    if (row?.n === 0) return
  }
}

/** CPU of the sessions and workers of a server that have ended, in seconds: Linux adds it up in their parent. @param {string} pid */
function reaped(pid) {
  if (!existsSync(`/proc/${pid}/stat`)) return undefined
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[13]) + Number(fields[14])) / 100
}

/** @param {number | undefined} seconds */
function time(seconds) {
  return seconds === undefined ? '–' : `${seconds.toFixed(2)} s`
}

/** @param {number} n */
function bytes(n) {
  return `${(n / 2 ** 20).toFixed(0)} MB`
}

/** @param {(number | undefined)[]} values */
function median(values) {
  return values.map(Number).toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

/** @param {Run[]} measured */
function medians(measured) {
  return {
    seconds: median(measured.map((run) => run.read + run.plan)),
    read: median(measured.map((run) => run.read)),
    plan: median(measured.map((run) => run.plan)),
    cpu: median(measured.map((run) => run.cpu)),
    server: median(measured.map((run) => run.server)),
    peakRssBytes: median(measured.map((run) => run.peakRssBytes)),
    baseRssBytes: median(measured.map((run) => run.baseRssBytes)),
  }
}

/** @typedef {ReturnType<typeof medians>} Medians */

function report() {
  const result = Object.fromEntries(
    Object.entries(runs).map(([tables, byTool]) => [
      tables,
      Object.fromEntries(Object.entries(byTool).map(([name, measured]) => [name, medians(measured)])),
    ]),
  )
  const ratios = Object.fromEntries(
    Object.entries(result).flatMap(([tables, { ours, 'pg-delta': theirs }]) =>
      ours && theirs ? [[tables, quotients(ours, theirs)]] : [],
    ),
  )
  const sizes = Object.keys(result).map(Number)
  const [least = 0, most = 0] = [Math.min(...sizes), Math.max(...sizes)]
  const small = result[least]?.ours
  const large = result[most]?.ours
  const growth =
    small && large && least < most ? { tables: most / least, ...quotients(large, small) } : undefined
  printTable(result, ratios)
  if (growth) {
    say(
      `gigarow with ${growth.tables.toFixed(0)} times the tables: ${growth.seconds.toFixed(1)} times the time, ${growth.peakRssBytes.toFixed(1)} times the memory`,
    )
  }
  const machine = {
    cpus: cpus()[0]?.model,
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    node: process.version,
  }
  const text = JSON.stringify({ machine, medians: result, ratios, growth, runs }, null, 2)
  if (flags.json) writeFileSync(flags.json, `${text}\n`)
  else process.stdout.write(`${text}\n`)
}

/** @param {Medians} a @param {Medians} b @returns {Medians} */
function quotients(a, b) {
  return {
    seconds: a.seconds / b.seconds,
    read: a.read / b.read,
    plan: a.plan / b.plan,
    cpu: a.cpu / b.cpu,
    server: a.server / b.server,
    peakRssBytes: a.peakRssBytes / b.peakRssBytes,
    baseRssBytes: a.baseRssBytes / b.baseRssBytes,
  }
}

/** @param {Record<string, Record<string, Medians>>} result @param {Record<string, Medians>} ratios */
function printTable(result, ratios) {
  const lines = [
    ['tables', '', 'in all', 'read', 'plan', 'CPU', 'CPU of the server', 'peak memory', 'before'],
  ]
  for (const [tables, byTool] of Object.entries(result)) {
    for (const [name, m] of Object.entries(byTool)) {
      const times = [m.seconds, m.read, m.plan, m.cpu, m.server].map(time)
      lines.push([tables, name, ...times, bytes(m.peakRssBytes), bytes(m.baseRssBytes)])
    }
    const r = ratios[tables]
    if (r) {
      const parts = [r.seconds, r.read, r.plan, r.cpu, r.server, r.peakRssBytes, r.baseRssBytes]
      lines.push([tables, 'ours / theirs', ...parts.map((part) => part.toFixed(2))])
    }
  }
  const widths = lines[0]?.map((_, c) => Math.max(...lines.map((line) => (line[c] ?? '').length))) ?? []
  say('')
  for (const line of lines) say(line.map((cell, c) => cell.padStart(widths[c] ?? 0)).join('  '))
}
