// What the benchmarks of loads have in common: their flags, a server of their own, the CLI on it, and the machine for the report.
import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { ensureReady } from '../bootstrap.js'

ensureReady()
export const root = fileURLToPath(new URL('../..', import.meta.url))
const { openPool } = await import('../../dist/db/index.js')
const { openCluster } = await import('../../dist/cluster/index.js')
const { parseRows } = await import('../../dist/kernel/index.js')

/** @param {string} text */
export const say = (text) => process.stderr.write(`${text}\n`)

/** Starts the server; close() deletes it. @param {{ name: string, rows: string }} options name of its folder, default of --rows */
export async function openBench({ name, rows: defaultRows }) {
  const { values: flags } = parseArgs({
    options: {
      rows: { type: 'string', default: defaultRows },
      jobs: { type: 'string', default: String(availableParallelism()) },
      rounds: { type: 'string', default: '3' },
      json: { type: 'string' },
    },
  })
  const [rows, jobs, rounds] = [parseRows(flags.rows), Number(flags.jobs), Number(flags.rounds)]
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
  const sql = openPool(await cluster.start(), { max: jobs + 2 })
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
    rounds,
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
  return { rows, jobs, rounds, json: flags.json, env, gigarow, sql, report, close }
}

/** @param {number[]} values */
export function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}
