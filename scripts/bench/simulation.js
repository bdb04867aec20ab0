// npm run bench:simulation -- [--users 1M] [--their-users 5k,20k] [--jobs 2] [--rounds 3] [--without drizzle-seed] [--json FILE]
// The profile simulation by either filler, and drizzle-seed on the same three tables, on one server in one run (docs/benchmarks.md). Then
// everything that the profile declares of its rows against what the tables hold: it fails when a share is not the declared one.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { distributionsOf, judge } from './distributions.js'
import { installOther } from './other.js'
import { median, openBench, readFlags, root, say, sayTable, serverOf, writeReport } from './server.js'

const { formatBytes, formatRows, parseRows } = await import('../../dist/kernel/index.js')
const { scaleProfile } = await import('../../dist/seed/index.js')
const { loadModule } = await import('../../dist/config/index.js')

const { flag, has, jobs, rounds, json } = readFlags(
  { users: '1M', 'their-users': '5k,20k', without: '' },
  { parts: ['drizzle-seed', 'copy', 'sql'] },
)
const users = parseRows(flag('users'))
const theirUsers = flag('their-users').split(',').map(parseRows)
const { scale, profile } = await ourProfile()
const rows = profile.tables.reduce((sum, fill) => sum + fill.rows, 0)
const drizzleSeed = has('drizzle-seed') ? installOther('drizzle-seed', 'drizzle-seed') : undefined
const { gigarow, sql, url, report, recycle, close } = await openBench({
  name: 'bench-simulation',
  jobs,
  rounds,
})

/**
 * In seconds. `load`: the rows alone. `ready`: until the tables have their keys and indexes, of ours vacuumed and analyzed as well. `whole`:
 * the process, of ours with the verification of every row.
 * @typedef {{ rows: number, load?: number, ready: number, whole: number, peakRssBytes: number, checksums?: string[] }} Measurement
 */
/** @type {{ name: string, run: () => Promise<Measurement>, measured: Measurement[] }[]} */
const contests = []
if (drizzleSeed)
  for (const n of theirUsers)
    contests.push({
      name: `drizzle-seed, ${formatRows(n)} users`,
      run: () => theirs(drizzleSeed, n),
      measured: [],
    })
for (const filler of ['copy', 'sql'].filter(has))
  contests.push({ name: `gigarow --filler ${filler}`, run: () => ours(filler), measured: [] })

try {
  gigarow('migrate', 'up')
  gigarow('tune', 'apply', 'bulk-safe', '--yes')
  report.server = await serverOf(sql)
  Object.assign(report, { users, rows })
  say('warm-up: the first load of a new server also makes its WAL files')
  await ours('copy')
  for (let round = 1; round <= rounds; round++) {
    say(`round ${round} of ${rounds}`)
    for (const contest of contests) {
      const measured = await contest.run()
      contest.measured.push(measured)
      say(`  ${contest.name}: ${times(measured)}; ${formatBytes(measured.peakRssBytes)}`)
    }
  }
  printSpeed()
  const isGood = await checkShares()
  writeReport(report, json)
  if (!isGood) process.exitCode = 1
} finally {
  await close()
}

/** The profile with as many users: --scale, and what it makes of it. */
async function ourProfile() {
  const whole = /** @type {import('../../dist/seed/index.js').Profile} */ (
    (await loadModule(join(root, 'seeds/simulation.ts'))).default
  )
  const own = whole.tables.find(({ table }) => table.name === 'users')
  const scale = users / (own?.rows ?? Number.NaN)
  return { scale: String(scale), profile: scaleProfile(whole, { scale }) }
}

/** @param {Measurement} measured */
function times({ rows, load, ready, whole }) {
  const time = (/** @type {number | undefined} */ s) =>
    s === undefined ? [] : [`${s.toFixed(2)} s (${formatRows(rows / s)} rows/s)`]
  const [loaded] = time(load)
  return `${loaded ? `load ${loaded}, ` : ''}ready ${time(ready)}, whole ${whole.toFixed(2)} s`
}

/** What a user runs. @param {string} filler @returns {Promise<Measurement>} */
async function ours(filler) {
  await recycle()
  const started = performance.now()
  const document = gigarow(
    ...['seed', '--profile', 'simulation', '--scale', scale, '--filler', filler],
    ...['--jobs', String(jobs), '--truncate', '--json'],
  )
  const whole = (performance.now() - started) / 1000
  /** @param {string[]} names */
  const seconds = (...names) =>
    document.phases
      .filter((/** @type {{ name: string }} */ { name }) => names.includes(name))
      .reduce((/** @type {number} */ sum, /** @type {{ seconds: number }} */ phase) => sum + phase.seconds, 0)
  return {
    rows,
    load: seconds('load'),
    ready: seconds('prepare', 'load', 'indexes', 'vacuum'),
    whole,
    peakRssBytes: document.peakRssBytes,
    checksums: document.tables.map((/** @type {{ checksum: string }} */ table) => table.checksum),
  }
}

/** @param {string} script @param {number} count @returns {Promise<Measurement>} */
async function theirs(script, count) {
  await sql.unsafe('truncate users, emails, phone_numbers')
  await recycle()
  const started = performance.now()
  const { stdout } = await promisify(execFile)(process.execPath, [script, url, String(count)])
  const whole = (performance.now() - started) / 1000
  const { seconds, peakRssBytes } = JSON.parse(stdout)
  const [made] = await sql`
    select (select count(*)::int from users) + (select count(*)::int from emails) + (select count(*)::int from phone_numbers) as rows`
  return { rows: made?.rows, ready: seconds, whole, peakRssBytes }
}

function printSpeed() {
  const results = contests.map(({ name, measured }) => {
    const of = (/** @type {'load' | 'ready' | 'whole'} */ key) =>
      median(measured.map((m) => m.rows / Number(m[key])))
    return {
      name,
      rowsPerSecond: { load: of('load'), ready: of('ready'), whole: of('whole') },
      peakRssBytes: Math.max(...measured.map((m) => m.peakRssBytes)),
      measured,
    }
  })
  const isTheirs = (/** @type {{ name: string }} */ { name }) => name.startsWith('drizzle-seed')
  /** Its better size. Its tables have their keys and indexes all the while, so it has no load without them. */
  const best = {
    ready: Math.max(...results.filter(isTheirs).map((r) => r.rowsPerSecond.ready)),
    whole: Math.max(...results.filter(isTheirs).map((r) => r.rowsPerSecond.whole)),
  }
  const ratios = Object.fromEntries(
    results
      .filter((r) => !isTheirs(r) && best.ready > 0)
      .map(({ name, rowsPerSecond: { load, ready, whole } }) => [
        name,
        { load: load / best.ready, ready: ready / best.ready, whole: whole / best.whole },
      ]),
  )
  const checksums = new Set(
    contests.flatMap(({ measured }) => measured.flatMap((m) => m.checksums?.join() ?? [])),
  )
  Object.assign(report, { results, ratios, hasEqualRows: checksums.size <= 1 })
  const rate = (/** @type {number} */ n) => (Number.isNaN(n) ? '–' : `${formatRows(n)}/s`)
  const times = (/** @type {number | undefined} */ n) => (n === undefined ? '' : `${n.toFixed(1)} x`)
  sayTable([
    ['rows/s, medians', 'load', '', 'ready', '', 'whole process', '', 'peak memory'],
    ...results.map(({ name, rowsPerSecond: { load, ready, whole }, peakRssBytes }) => {
      const ratio = ratios[name]
      return [
        name,
        ...[
          rate(load),
          times(ratio?.load),
          rate(ready),
          times(ratio?.ready),
          rate(whole),
          times(ratio?.whole),
        ],
        formatBytes(peakRssBytes),
      ]
    }),
  ])
  const { cpus, cores, memoryBytes, node } = /** @type {Record<string, any>} */ (report.machine)
  const { version, ...settings } = /** @type {Record<string, string>} */ (report.server)
  say(
    `${formatRows(users)} users, ${formatRows(rows)} rows, ${jobs} sessions; ${cores} cores (${cpus}), ${formatBytes(memoryBytes)}, Node.js ${node}, ${version?.split(' on ')[0]}; shared_buffers ${settings.shared_buffers}, max_wal_size ${settings.max_wal_size}, wal_level ${settings.wal_level}, fsync ${settings.fsync}`,
  )
  say(`checksums of our loads ${checksums.size <= 1 ? 'equal' : 'DIFFER'}`)
}

/** What is in the tables is our last load. */
async function checkShares() {
  const names = /** @type {import('./distributions.js').Names} */ (
    await loadModule(join(root, 'src/seed/generators/people.ts'))
  )
  const judged = []
  for (const distribution of distributionsOf(profile, names)) {
    const found = await sql.unsafe(distribution.query)
    judged.push(judge(distribution, new Map(found.map(({ cell, count }) => [cell, Number(count)]))))
  }
  report.distributions = judged
  printShares(judged)
  return judged.every(({ isGood }) => isGood)
}

/** All shares of a short one, of a long one and of a group that with the largest part of what it may differ. @param {ReturnType<typeof judge>[]} judged */
function printShares(judged) {
  const percent = (/** @type {number} */ x) => `${(100 * x).toFixed(3)} %`
  const lines = [...new Set(judged.map(({ group }) => group))].flatMap((group) => {
    const those = judged.filter((one) => one.group === group)
    const cells = those.flatMap(({ name, cells }) =>
      cells.map((cell) => ({
        ...cell,
        label: name === group ? cell.cell : `${name.split(': ')[1]}: ${cell.cell}`,
      })),
    )
    const size = (/** @type {typeof cells[number]} */ { difference, limit }) =>
      Math.abs(difference) / (limit || 1e-9)
    const shown = cells.length > 6 ? cells.toSorted((a, b) => size(b) - size(a)).slice(0, 1) : cells
    const short = those.find(({ total, found }) => total !== found)
    const title = short ? `${group} (${short.found} instead of ${short.total})` : group
    return shown.map((cell, k) => [
      k > 0 ? '' : title,
      k > 0 ? '' : String(those[0]?.kind),
      cells.length > 6 ? `${cell.label}, worst of ${cells.length}` : cell.label,
      percent(cell.declared),
      percent(cell.found),
      `${cell.difference < 0 ? '' : '+'}${percent(cell.difference)}`,
      percent(cell.limit),
      cell.isGood ? (cell.isWithinOnePercent ? 'within 1 %' : 'within chance') : 'WRONG',
      k > 0 ? '' : percent(Math.max(...those.map(({ moved }) => moved))),
    ])
  })
  sayTable([
    ['distribution', 'kind', 'of', 'declared', 'found', 'difference', 'allowed', '', 'rows that would move'],
    ...lines,
  ])
  const cells = judged.flatMap((one) => one.cells)
  const count = (/** @type {(cell: typeof cells[number]) => boolean} */ test) => cells.filter(test).length
  const moved = Math.max(...judged.map((one) => one.moved))
  say(
    `${judged.length} distributions with ${cells.length} shares: ${count((c) => c.isWithinOnePercent)} within 1 %, ${count((c) => c.isGood && !c.isWithinOnePercent)} beyond it but within 4.5 standard errors of chance, ${count((c) => !c.isGood)} wrong; at most ${percent(moved)} of the rows of one would have to be others`,
  )
}
