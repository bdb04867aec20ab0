// Installs what is missing and compiles what is stale: `npm test`, `npm run quickstart` and bin/gigarow.js begin here,
// so that they work from a fresh clone. Does nothing, in a few milliseconds, when all is there.
import { spawnSync } from 'node:child_process'
import { existsSync, lstatSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`gigarow needs Node.js 20.19 or newer; this is ${process.version}.`)
  process.exit(2)
}

export function ensureReady() {
  if (!installed())
    run('Installing packages (npm ci)', npm(), ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
  if (!compiled()) run('Compiling', process.execPath, [join(root, 'scripts/build.js')])
}

/** npm leaves a copy of the lock file in node_modules; older than ours means that something was added since. */
function installed() {
  // Somebody else's folder (a git worktree that borrows one): npm ci would empty it.
  if (lstatSync(join(root, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink()) return true
  const hidden = join(root, 'node_modules/.package-lock.json')
  return (
    existsSync(hidden) && statSync(hidden).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs - 1000
  )
}

function compiled() {
  const built = statSync(join(root, 'dist/.built'), { throwIfNoEntry: false })
  return built !== undefined && built.mtimeMs >= newest(join(root, 'src'))
}

/**
 * By hand, because readdirSync's own recursion takes twice the time (7 against 15 ms), and each command of a checkout begins here.
 * @param {string} folder
 */
function newest(folder) {
  // A deleted file changes its folder's time: folders count as well.
  let time = statSync(folder).mtimeMs
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`
    time = Math.max(time, entry.isDirectory() ? newest(path) : statSync(path).mtimeMs)
  }
  return time
}

/** @param {string} title @param {string} command @param {string[]} args */
function run(title, command, args) {
  console.error(`${title} …`)
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: 'utf8', shell: false })
  if (status === 0) return
  console.error(stdout, stderr)
  console.error(`${[command, ...args].join(' ')} failed with exit code ${status}.`)
  process.exit(1)
}

function npm() {
  return process.platform === 'win32' ? 'npm.cmd' : 'npm'
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) ensureReady()
