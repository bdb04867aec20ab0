// What the benchmarks of loads have in common: their flags, a server of their own, the CLI on it, and the machine for the report.
import { spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { ensureReady } from '../bootstrap.js'

ensureReady()
export const root = fileURLToPath(new URL('../..', import.meta.url))
const { openPool, targetUrl } = await import('../../dist/db/index.js')
const { openCluster } = await import('../../dist/cluster/index.js')

/** @param {string} text */
export const say = (text) => process.stderr.write(`${text}\n`)

/**
 * Flags with their defaults, besides those that every benchmark has; wrong ones end the process with 2.
 * @param {Record<string, string>} defaults
 * @param {{ parts?: readonly string[] }} options what `--without a,b` may leave out
 */
export function readFlags(defaults, { parts = [] } = {}) {
  const all = { jobs: String(availableParallelism()), rounds: '3', ...defaults }
  const options = Object.fromEntries(
    Object.entries(all).map(([name, value]) => [
      name,
      /** @type {const} */ ({ type: 'string', default: value }),
    ]),
  )
  const values = valuesOf({ ...options, json: { type: 'string' } })
  /** @param {string} name */
  const flag = (name) => String(values[name] ?? '')
  const without = flag('without').split(',').filter(Boolean)
  const unknown = without.find((part) => !parts.includes(part))
  if (unknown !== undefined) usage(`--without ${unknown}: it takes ${parts.join(', ')}.`)
  return {
    flag,
    /** @param {string} part */
    has: (part) => !without.includes(part),
    jobs: Number(flag('jobs')),
    rounds: Number(flag('rounds')),
    json: values.json,
  }
}

/** @param {import('node:util').ParseArgsConfig['options'] & {}} options @returns {Record<string, string | undefined>} */
function valuesOf(options) {
  try {
    return /** @type {Record<string, string | undefined>} */ (parseArgs({ options }).values)
  } catch (error) {
    const known = Object.entries(options).map(
      ([name, { default: value }]) => `  --${name} ${value ?? 'FILE'}`,
    )
    return usage(
      `${error instanceof Error ? error.message : error}\nFlags, with their defaults:\n${known.join('\n')}`,
    )
  }
}

/** @param {string} text @returns {never} */
function usage(text) {
  say(text)
  process.exit(2)
}

/** Starts the server; close() deletes it. @param {{ name: string, jobs: number, rounds: number }} options name of its folder */
export async function openBench({ name, jobs, rounds }) {
  const stateDir = join(root, '.gigarow', name)
  /** @type {Record<string, string | undefined>} */
  const env = { ...process.env, GIGAROW_STATE_DIR: stateDir }
  delete env.DATABASE_URL

  /** Runs the CLI; with --json returns its document. @param {string[]} args */
  function gigarow(...args) {
    const argv = [join(root, 'bin/gigarow.js'), ...args]
    const options = /** @type {const} */ ({ cwd: root, env, encoding: 'utf8', maxBuffer: 1 << 28 })
    const { status, stdout, stderr } = spawnSync(process.execPath, argv, options)
    if (status !== 0) throw new Error(`gigarow ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`)
    return args.includes('--json') ? JSON.parse(stdout) : undefined
  }

  const cluster = openCluster({ root, stateDir })
  const target = await cluster.start()
  const sql = openPool(target, { max: jobs + 2 })
  /** @type {Record<string, unknown>} */
  const report = {
    machine: {
      cpus: cpus()[0]?.model,
      cores: availableParallelism(),
      memoryBytes: totalmem(),
      node: process.version,
    },
    jobs,
    rounds,
  }
  /** Decision 0011: recycled WAL files, and no pages of the load before on their way to the disk; files of dropped tables go here, too. */
  async function recycle() {
    await sql.unsafe('checkpoint')
    spawnSync('sync')
  }
  async function close() {
    await sql.end({ timeout: 5 })
    try {
      gigarow('tune', 'revert', '--yes')
    } finally {
      await cluster.stop()
      rmSync(stateDir, { recursive: true, force: true })
    }
  }
  return { env, gigarow, sql, url: targetUrl(target), report, recycle, close }
}

/** What the figures depend on. @param {import('postgres').Sql} sql */
export async function serverOf(sql) {
  const [server] =
    await sql`select version(), current_setting('data_directory') as data, current_setting('shared_buffers') as shared_buffers, current_setting('max_wal_size') as max_wal_size, current_setting('wal_level') as wal_level, current_setting('fsync') as fsync`
  return /** @type {Record<string, string>} */ (server)
}

/** @param {number[]} values */
export function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

/** The first column to the left, the others to the right. @param {string[][]} lines */
export function sayTable(lines) {
  const widths = lines[0]?.map((_, c) => Math.max(...lines.map((line) => (line[c] ?? '').length))) ?? []
  say('')
  for (const line of lines) {
    const cells = line.map((cell, c) =>
      c === 0 ? cell.padEnd(widths[c] ?? 0) : cell.padStart(widths[c] ?? 0),
    )
    say(cells.join('  '))
  }
  say('')
}

/** @param {Record<string, unknown>} report @param {string | undefined} json its file, else it is printed */
export function writeReport(report, json) {
  const text = `${JSON.stringify(report, null, 2)}\n`
  if (json) writeFileSync(json, text)
  else process.stdout.write(text)
}
