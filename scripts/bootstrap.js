// Installs what is missing and compiles what is stale: `npm test`, `npm run quickstart` and bin/gigarow.js begin here,
// so that they work from a fresh clone. Does nothing, in a few milliseconds, when all is there.
import { spawnSync } from 'node:child_process'
import { existsSync, lstatSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const stamp = join(root, 'dist/.tsbuildinfo')
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`gigarow needs Node.js 20.19 or newer; this is ${process.version}.`)
  process.exit(2)
}

export function ensureReady() {
  if (!installed())
    run('Installing packages (npm ci)', npm(), ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
  if (!compiled()) {
    run('', process.execPath, [join(root, 'scripts/build-sql.js')])
    run('Compiling', process.execPath, [
      join(root, 'node_modules/typescript/bin/tsc'),
      '-p',
      'tsconfig.build.json',
    ])
    // tsc leaves the file alone when only a time has changed.
    utimesSync(stamp, new Date(), new Date())
  }
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
  return existsSync(stamp) && statSync(stamp).mtimeMs >= newest(join(root, 'src'))
}

/** @param {string} folder */
function newest(folder) {
  let time = 0
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    // A deleted file changes its folder's time: folders count as well.
    time = Math.max(time, statSync(join(entry.parentPath ?? entry.path, entry.name)).mtimeMs)
  }
  return time
}

/** @param {string} title @param {string} command @param {string[]} args */
function run(title, command, args) {
  if (title !== '') console.error(`${title} …`)
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: 'utf8', shell: false })
  if (status === 0) return
  console.error(stdout, stderr)
  console.error(`${[command, ...args].join(' ')} failed with exit code ${status}.`)
  process.exit(1)
}

function npm() {
  return process.platform === 'win32' ? 'npm.cmd' : 'npm'
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  // What is published holds nothing of files that are no longer there.
  if (process.argv.includes('--clean')) rmSync(join(root, 'dist'), { recursive: true, force: true })
  ensureReady()
}
