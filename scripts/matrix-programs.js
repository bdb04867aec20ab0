import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../test/matrix', import.meta.url))

/** Installs the programs of PostgreSQL 14 to 17 where they are missing; ends the process when that fails. */
export function installMatrix() {
  if (installed()) return
  console.error('Installing PostgreSQL 14 to 17 (npm ci in test/matrix) …')
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const { status } = spawnSync(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (status !== 0) process.exit(1)
}

/** npm writes the inner lock file last: it lists what is there. */
function installed() {
  const inner = join(folder, 'node_modules/.package-lock.json')
  if (!existsSync(inner)) return false
  const [wanted, there] = [join(folder, 'package-lock.json'), inner].map(
    (path) => JSON.parse(readFileSync(path, 'utf8')).packages,
  )
  return Object.entries(there).every(([path, { version }]) => wanted[path]?.version === version)
}
