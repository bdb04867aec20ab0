import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { runCli, temporaryDir } from '../support/index.ts'

// The repository is the project, with an embedded server of this test's own.
const cwd = fileURLToPath(new URL('../..', import.meta.url))
const ROWS = '2M'

/** A disk of its own, of `size`; undefined where we may not mount. */
function mountDisk(
  size: string,
): { readonly dir: string; grow(to: string): void; remove(): void } | undefined {
  const dir = temporaryDir('disk-')
  const mount = (options: string) =>
    execFileSync('mount', ['-t', 'tmpfs', '-o', `${options},mode=755`, 'tmpfs', dir], { stdio: 'pipe' })
  try {
    mount(`size=${size}`)
  } catch {
    rmSync(dir, { recursive: true })
    return undefined
  }
  return {
    dir,
    grow: (to) => mount(`remount,size=${to}`),
    remove: () => execFileSync('umount', [dir]),
  }
}

test('a disk that is too small is told before the load; where that is overruled: a clear error, and with more room --resume ends it', async (context) => {
  const disk = process.platform === 'linux' ? mountDisk('300m') : undefined
  if (disk === undefined) return context.skip('mounting a small disk takes root and Linux')
  const env = { GIGAROW_STATE_DIR: join(disk.dir, 'state') }
  const cli = (...args: string[]) => runCli(args, { cwd, env })
  try {
    expect(await cli('migrate', 'up')).toMatchObject({ code: 0 })
    const seed = ['seed', '--profile', 'billion', '--rows', ROWS]
    const refused = await cli(...seed)
    expect(refused).toMatchObject({ code: 3, stderr: expect.stringContaining('SEED_NO_SPACE') })
    const { code, stderr } = await cli(...seed, '--disk-free', '1TB')
    expect(code).toBe(1)
    // Without room for the write-ahead log the whole server goes down.
    expect(stderr).toMatch(/DISK_FULL|DB_CONNECTION_LOST/)
    expect(stderr).toContain('gigarow seed --resume')
    const full = await cli('seed', '--resume', '--disk-free', '1TB')
    expect(full.code).toBe(1)
    // Its recovery fails as well: the server is gone, or goes while the command begins.
    expect(full.stderr).toMatch(/DISK_FULL|DB_CONNECTION_LOST|DB_UNREACHABLE/)
    disk.grow('3g')
    const resumed = await cli('seed', '--resume', '--json')
    expect({ code: resumed.code, said: resumed.stderr }).toEqual({ code: 0, said: '' })
    // The load has verified every row of it.
    expect(JSON.parse(resumed.stdout)).toMatchObject({ rows: 2_000_000, tables: [{ rows: 2_000_000 }] })
  } finally {
    await cli('db', 'reset', '--yes')
    disk.remove()
  }
})
