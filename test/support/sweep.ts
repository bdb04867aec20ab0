import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Stops every server below the folder and deletes it; returns the data directories of the servers that ran. Synchronous,
 * for the exit of the process.
 */
export function sweep(runDir: string): string[] {
  if (!existsSync(runDir)) return []
  const left = dataDirs(runDir).filter(stopServer)
  rmSync(runDir, { recursive: true, force: true })
  return left
}

function dataDirs(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name)
    if (!entry.isDirectory() || entry.name === 'node_modules') return []
    return existsSync(join(path, 'postmaster.pid')) ? [path] : dataDirs(path)
  })
}

function stopServer(dataDir: string): boolean {
  const pid = Number(readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n')[0])
  if (!isServer(pid, dataDir)) return false
  process.kill(pid, 'SIGINT')
  const end = Date.now() + 10_000
  while (isServer(pid, dataDir) && Date.now() < end) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)
  }
  return true
}

function isServer(pid: number, dataDir: string): boolean {
  if (process.platform !== 'linux') return exists(pid)
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(dataDir)
  } catch {
    return false
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
