// What we are compared with is no dependency: each has a folder with a package.json of its own, installed when it is first needed.
import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Its run.js, or undefined where it cannot be installed. @param {string} name of its folder @param {string} title */
export function installOther(name, title) {
  const folder = join(dirname(fileURLToPath(import.meta.url)), name)
  return isInstalled(folder) || install(folder, title) ? join(folder, 'run.js') : undefined
}

/** @param {string} folder */
function isInstalled(folder) {
  const hidden = join(folder, 'node_modules/.package-lock.json')
  const lock = join(folder, 'package-lock.json')
  return existsSync(hidden) && statSync(hidden).mtimeMs >= statSync(lock).mtimeMs - 1000
}

/** @param {string} folder @param {string} title */
function install(folder, title) {
  process.stderr.write(`Installing ${title} (npm ci in ${folder}) …\n`)
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const { status } = spawnSync(npm, ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (status !== 0) process.stderr.write('It cannot be installed (no network?): only gigarow is measured.\n')
  return status === 0
}
