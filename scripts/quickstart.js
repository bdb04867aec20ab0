// npm run quickstart: the main job once, with the commands that a user would type, on the embedded server of this
// checkout. Whatever happens in between, the tuning is reverted and the server is left as it was found.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureReady } from './bootstrap.js'

const ROWS = 1_000_000
const root = fileURLToPath(new URL('..', import.meta.url))
const cli = join(root, 'bin/gigarow.js')
const color = process.stdout.isTTY === true && !process.env.NO_COLOR
const bold = (/** @type {string} */ text) => (color ? `\x1b[1m${text}\x1b[22m` : text)
const dim = (/** @type {string} */ text) => (color ? `\x1b[2m${text}\x1b[22m` : text)
const say = (/** @type {string} */ text) => process.stdout.write(`${text}\n`)

// This is about the embedded server, whatever the environment names.
/** @type {NodeJS.ProcessEnv} */
const env = { ...process.env, ...(color ? { FORCE_COLOR: '1' } : {}) }
delete env.DATABASE_URL

const started = performance.now()
ensureReady()
// Ctrl-C reaches the command that runs; we go on to put things back.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => {})

class StepFailed extends Error {}

/** Shows and runs one command. @param {string[]} args */
function step(...args) {
  say(`\n${bold(`$ gigarow ${args.join(' ')}`)}`)
  const { status } = spawnSync(process.execPath, [cli, ...args], { cwd: root, env, stdio: 'inherit' })
  if (status !== 0) throw new StepFailed(`gigarow ${args.join(' ')} ended with exit code ${status}.`)
}

/** Asks without showing; undefined when the command fails. @param {string[]} args */
function ask(...args) {
  const { status, stdout } = spawnSync(process.execPath, [cli, ...args, '--json'], {
    cwd: root,
    env,
    encoding: 'utf8',
  })
  return status === 0 ? JSON.parse(stdout) : undefined
}

/**
 * A second quickstart finds the rows of the first. They are given up only when the ledger says that they are what a
 * quickstart loads: all of them can be recomputed.
 */
async function seedArguments() {
  const seed = ['seed', '--profile', 'billion', '--rows', '1M']
  const { openCluster } = await import('../dist/cluster/index.js')
  const { loadConfig } = await import('../dist/config/index.js')
  const { withDatabase } = await import('../dist/db/index.js')
  const config = await loadConfig(root, { stateDir: env.GIGAROW_STATE_DIR })
  const target = openCluster({ root, stateDir: config.stateDir }).target()
  if (!target) return seed
  return withDatabase(target, { doing: 'looking for an earlier quickstart' }, async ({ sql }) => {
    const [table] = await sql`select exists (select from public.billion_rows) as holds`
    const [ledger] = await sql`select to_regclass('gigarow.seed_run') is not null as there`
    const runs = ledger?.there
      ? await sql`select profile, plan -> 'tables' -> 0 -> 'rows' as rows, state from gigarow.seed_run order by id desc limit 1`
      : []
    const ours = runs[0]?.profile === 'billion' && runs[0]?.rows === ROWS
    if (ours) return [...seed, '--truncate']
    if (!table?.holds) return seed
    throw new StepFailed(
      'billion_rows holds rows that no quickstart has loaded; they are left alone. For an empty server: ./bin/gigarow.js db reset',
    )
  })
}

let failure = ''
const running = ask('db', 'status')?.state === 'running'
try {
  if (!running) step('db', 'start')
  step('migrate', 'up')
  step('tune', 'apply', 'bulk-safe')
  try {
    step(...(await seedArguments()))
    step('row', 'billion_rows', '734112', '--profile', 'billion')
  } finally {
    step('tune', 'revert')
  }
} catch (error) {
  if (!(error instanceof Error)) throw error
  failure = error instanceof StepFailed ? error.message : (error.stack ?? error.message)
} finally {
  if (!running) step('db', 'stop')
}
const seconds = ((performance.now() - started) / 1000).toFixed(0)
if (failure === '') {
  say(
    `\n${bold('Done')} in ${seconds} s. ${dim('The rows stay on the server’s disk, the settings are as they were, and')} ${dim(running ? 'the server runs on, as before.' : 'the server is stopped.')}`,
  )
  say(dim('Next: ./bin/gigarow.js db psql    npm run seed -- --profile events --rows 1M    npm run bench'))
} else {
  process.stderr.write(`\n${failure}\n`)
  process.exitCode = 1
}
