import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { restartSpec } from '../../../src/cli/tuning/options.ts'
import { type RestartSpec, restartArgv, restartDriver } from '../../../src/tuning/index.ts'
import { temporaryDir } from '../../support/index.ts'

const path = process.env.PATH
afterEach(() => {
  process.env.PATH = path
})

/** Programs of these names on the PATH, which write down how they were called and end with `code`. */
function fakes(names: readonly string[], code = 0): () => string {
  const folder = temporaryDir('fakes-')
  const log = join(folder, 'calls')
  for (const name of names) {
    const file = join(folder, name)
    writeFileSync(
      file,
      `#!/bin/sh\nfor word in ${name} "$@"; do printf '[%s]' "$word"; done >> '${log}'\necho broken >&2\nexit ${code}\n`,
    )
    chmodSync(file, 0o755)
  }
  process.env.PATH = `${folder}:${path}`
  return () => readFileSync(log, 'utf8')
}

describe('what restarts a server', () => {
  it.each([
    [
      { driver: 'systemd', unit: 'postgresql@16-main' },
      '[systemctl][--no-ask-password][restart][--][postgresql@16-main]',
    ],
    [{ driver: 'container', name: 'my db' }, '[docker][restart][-t][600][--][my db]'],
    [{ driver: 'container', engine: 'podman', name: '-x' }, '[podman][restart][-t][600][--][-x]'],
    [{ driver: 'command', command: ['ssh', 'db', 'restart; $HOME `x`'] }, '[ssh][db][restart; $HOME `x`]'],
  ] as const)('%j is called without a shell', async (spec, expected) => {
    const calls = fakes(['systemctl', 'docker', 'podman', 'ssh'])
    await restartDriver(spec).restart('a test')
    expect(calls()).toBe(expected)
  })

  it('is pg_ctl of the installation that the server was started by', () => {
    const dataDirectory = temporaryDir('data-')
    writeFileSync(join(dataDirectory, 'postmaster.opts'), '/opt/pg 16/bin/postgres "-D" "/data" "-c" "x=1"\n')
    expect(restartArgv({ driver: 'pg_ctl', dataDirectory, log: '/var/log/pg' })).toEqual({
      file: '/opt/pg 16/bin/pg_ctl',
      args: ['restart', '-D', dataDirectory, '-m', 'fast', '-w', '-t', '600', '-l', '/var/log/pg'],
    })
    const nothing = join(dataDirectory, 'nothing')
    mkdirSync(nothing)
    expect(restartArgv({ driver: 'pg_ctl', dataDirectory: nothing })!.file).toBe('pg_ctl')
  })

  it('fails with what it said', async () => {
    fakes(['systemctl'], 3)
    await expect(restartDriver({ driver: 'systemd', unit: 'pg' }).restart('a test')).rejects.toMatchObject({
      code: 'TUNING_RESTART_FAILED',
      message: expect.stringMatching(/exit code 3[\s\S]*broken/),
    })
    const missing: RestartSpec = { driver: 'command', command: ['no-such-program'] }
    await expect(restartDriver(missing).restart('a test')).rejects.toMatchObject({
      code: 'TUNING_RESTART_FAILED',
    })
  })

  it('is chosen by a flag', () => {
    expect(restartSpec('pg_ctl=/data')).toEqual({ driver: 'pg_ctl', dataDirectory: '/data' })
    expect(restartSpec('docker=db')).toEqual({ driver: 'container', engine: 'docker', name: 'db' })
    expect(restartSpec('command=ssh db  restart')).toEqual({
      driver: 'command',
      command: ['ssh', 'db', 'restart'],
    })
    expect(restartSpec('manual')).toEqual({ driver: 'manual' })
    for (const wrong of ['', 'systemd', 'systemd=', 'upstart=x', 'manual=x']) {
      expect(() => restartSpec(wrong)).toThrow(expect.objectContaining({ code: 'USAGE' }))
    }
  })
})
