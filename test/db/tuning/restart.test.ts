import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { describeTarget, type Target, targetUrl, withDatabase } from '../../../src/db/index.ts'
import {
  applyTuning,
  type RestartSpec,
  restartArgv,
  restartDriver,
  revertTuning,
  stoppedServerOf,
  type TuningContext,
  tuningStatus,
} from '../../../src/tuning/index.ts'
import { runCli, temporaryDir } from '../../support/index.ts'
import { until } from '../../support/until.ts'
import { onServer, profileOf, serverOfFile, snapshot } from './support.ts'

const { cluster, tuning: embedded } = serverOfFile()
const NEEDS_RESTART = profileOf({ wal_buffers: { value: '2MB', level: 'L2' }, work_mem: { value: '32MB' } })
const APPLY = { hardware: {}, allowUnsafe: false, restart: true }
const REVERT = { conflicts: 'report', restart: true } as const

let target: Target
let before: Awaited<ReturnType<typeof snapshot>>
beforeAll(async () => {
  target = await cluster.start()
  before = await snapshot(cluster)
})

/** A server that gigarow did not make: never started by asking for it. */
function own(spec: RestartSpec | undefined, more: Partial<TuningContext> = {}): TuningContext {
  return {
    connect: (doing, use) => withDatabase(target, { doing, max: 3 }, use),
    stateDir: embedded.stateDir,
    ...(spec === undefined ? {} : { driver: restartDriver(spec) }),
    ...more,
  }
}

const pgCtl = (): RestartSpec => ({ driver: 'pg_ctl', dataDirectory: cluster.dataDirectory })

/** Runs as the owner of the data directory, which root is not. */
function script(text: string): string {
  const file = join(temporaryDir('script-'), 'restart.mjs')
  writeFileSync(file, text)
  return file
}

async function expectAllBack(): Promise<void> {
  expect(await snapshot(cluster)).toEqual(before)
  expect((await tuningStatus(own(undefined))).open).toBe(false)
}

describe('a server of the user’s own', () => {
  it('is restarted by pg_ctl with the program, the options and the log that it has', async () => {
    const spec = pgCtl()
    const argv = restartArgv(spec)!
    expect(argv.file).toMatch(/\/bin\/pg_ctl$/)
    expect(argv.args.slice(-2)).toEqual(['-l', cluster.status().logFile])
    const pid = cluster.status().pid
    const applied = await applyTuning({ ...own(spec), ...APPLY, profile: NEEDS_RESTART })
    expect(applied).toMatchObject({ outcome: 'applied', restarted: true, pendingRestart: [], working: [] })
    expect(cluster.status().pid).not.toBe(pid)
    expect(await revertTuning({ ...own(spec), ...REVERT })).toMatchObject({ restarted: true })
    await expectAllBack()
  })

  it('is restarted by any program, with its arguments as they are', async () => {
    const { file, args } = restartArgv(pgCtl())!
    const command = [
      process.execPath,
      script(`import { spawnSync } from 'node:child_process'
        import { statSync } from 'node:fs'
        const [dir, file, ...args] = process.argv.slice(2)
        const { uid, gid } = statSync(dir)
        const account = process.getuid() === 0 ? { uid, gid } : {}
        process.exit(spawnSync(file, args, { stdio: 'ignore', cwd: '/', ...account }).status)`),
      cluster.dataDirectory,
      file,
      ...args,
    ]
    const context = own({ driver: 'command', command })
    expect(await applyTuning({ ...context, ...APPLY, profile: NEEDS_RESTART })).toMatchObject({
      restarted: true,
      pendingRestart: [],
    })
    await revertTuning({ ...context, ...REVERT })
    await expectAllBack()
  })

  it('is left as it was by a program that fails, and by one that only says it has restarted', async () => {
    const failing = script('console.error("no rights"); process.exit(7)')
    const attempt = (file: string) =>
      applyTuning({
        ...own({ driver: 'command', command: [process.execPath, file] }, { returnMs: 300 }),
        ...APPLY,
        profile: NEEDS_RESTART,
      })
    await expect(attempt(failing)).rejects.toMatchObject({
      code: 'TUNING_RESTART_FAILED',
      message: expect.stringContaining('no rights'),
      facts: { code: 7 },
    })
    // The settings are back; only pg_settings.pending_restart needs a restart to forget them.
    await cluster.restart()
    await expectAllBack()
    await expect(attempt(script(''))).rejects.toMatchObject({ code: 'TUNING_RESTART_FAILED' })
    await cluster.restart()
    await expectAllBack()
  })

  it('is not restarted by the path of another one', async () => {
    const other = temporaryDir('other-')
    mkdirSync(join(other, 'global'))
    writeFileSync(join(other, 'global/pg_control'), Buffer.alloc(8, 7))
    const pid = cluster.status().pid
    const context = own({ driver: 'pg_ctl', dataDirectory: other })
    await expect(applyTuning({ ...context, ...APPLY, profile: NEEDS_RESTART })).rejects.toMatchObject({
      code: 'TUNING_RESTART_FAILED',
      message: expect.stringContaining('another server'),
    })
    expect(cluster.status().pid).toBe(pid)
    await cluster.restart()
    await expectAllBack()
  })
})

describe('the command line', () => {
  it('restarts by what the configuration says, and names a folder that is no server’s', async () => {
    const root = temporaryDir()
    const restart = { driver: 'pg_ctl', dataDirectory: cluster.dataDirectory }
    writeFileSync(join(root, 'gigarow.config.json'), JSON.stringify({ url: targetUrl(target), restart }))
    const tune = (...args: readonly string[]) => runCli(['tune', ...args, '--json'], { cwd: root })
    const wrong = await tune('apply', 'oltp', '--restart-with', `pg_ctl=${root}`)
    expect(wrong).toMatchObject({ code: 2, stdout: expect.stringContaining('is no data directory') })
    const applied = await tune('apply', 'oltp', '--only', 'shared_buffers', '--memory', '256MB')
    expect(applied.code).toBe(0)
    expect(JSON.parse(applied.stdout)).toMatchObject({
      changed: [{ name: 'shared_buffers', from: '32MB', to: '64MB' }],
      restarted: true,
    })
    expect((await tune('revert')).code).toBe(0)
    await expectAllBack()
  })
})

describe('sessions that work', () => {
  it('are waited for until they are done, and then the server restarts', async () => {
    let done: (() => void) | undefined
    const work = onServer(cluster, (sql) =>
      sql.begin(async (busy) => {
        await busy`select 'a short report'`
        await new Promise<void>((resolve) => {
          done = resolve
        })
      }),
    )
    await until('the report runs', () => done !== undefined)
    const emit: TuningContext['emit'] = (event) => event.type === 'tuning.draining' && done?.()
    const applied = await applyTuning({ ...own(pgCtl(), { emit }), ...APPLY, profile: NEEDS_RESTART })
    expect(applied).toMatchObject({ restarted: true, pendingRestart: [], working: [] })
    await work
    await revertTuning({ ...own(pgCtl()), ...REVERT })
    await expectAllBack()
  })

  it('are waited for, and when the time is up they are named and nothing is cut', async () => {
    const pid = cluster.status().pid
    await onServer(cluster, async (sql) => {
      await sql.begin(async (busy) => {
        await busy`select 'a long report'`
        const drained: unknown[] = []
        const context = own(pgCtl(), {
          drainMs: 150,
          emit: (event) => event.type === 'tuning.draining' && drained.push(event.sessions),
        })
        const applied = await applyTuning({ ...context, ...APPLY, profile: NEEDS_RESTART })
        expect(applied).toMatchObject({
          restarted: false,
          pendingRestart: ['wal_buffers'],
          working: [{ state: 'idle in transaction', query: "select 'a long report'" }],
        })
        expect(drained).toHaveLength(1)
      })
    })
    expect(cluster.status().pid).toBe(pid)
    expect(await tuningStatus(own(undefined))).toMatchObject({ unfinished: true, waiting: true })
    const again = await applyTuning({ ...own(pgCtl()), ...APPLY, profile: NEEDS_RESTART })
    expect(again).toMatchObject({ outcome: 'finished', restarted: true, pendingRestart: [] })
    await revertTuning({ ...own(pgCtl()), ...REVERT })
    await expectAllBack()
  })
})

describe('a restart by hand', () => {
  it('is waited for, and proved by the time of the server’s start', async () => {
    const onRestarting = (then: () => void): TuningContext =>
      own(
        { driver: 'manual' },
        { emit: (event) => event.type === 'tuning.restarting' && event.byHand && then() },
      )
    const context = onRestarting(() => void cluster.restart())
    const applied = await applyTuning({ ...context, ...APPLY, profile: NEEDS_RESTART })
    expect(applied).toMatchObject({ restarted: true, pendingRestart: [] })

    const stop = new AbortController()
    const patient = { ...onRestarting(() => stop.abort()), waitSignal: stop.signal }
    await expect(revertTuning({ ...patient, ...REVERT })).rejects.toMatchObject({
      code: 'INTERRUPTED',
      hint: expect.stringContaining('run the same command again'),
    })
    expect(await tuningStatus(own(undefined))).toMatchObject({ phase: 'reverting', waiting: true })
    await cluster.restart()
    expect(await revertTuning({ ...own(undefined), ...REVERT })).toMatchObject({ pendingRestart: [] })
    await expectAllBack()
  })

  it('may be left for later by Ctrl-C: the settings stay, and status says what is missing', async () => {
    const stop = new AbortController()
    const context = own(
      { driver: 'manual' },
      { signal: stop.signal, emit: (event) => event.type === 'tuning.restarting' && stop.abort() },
    )
    await expect(applyTuning({ ...context, ...APPLY, profile: NEEDS_RESTART })).rejects.toMatchObject({
      code: 'INTERRUPTED',
      facts: { waiting: true },
    })
    const { settings } = await tuningStatus(own(undefined))
    expect(settings.map((s) => s.state)).toEqual(['waits for a restart', 'applied'])
    await cluster.restart()
    const again = await applyTuning({ ...own({ driver: 'manual' }), ...APPLY, profile: NEEDS_RESTART })
    expect(again).toMatchObject({ outcome: 'finished', pendingRestart: [] })
    await revertTuning({ ...embedded, ...REVERT })
    await expectAllBack()
  })
})

describe('a server of the user’s own that no longer starts', () => {
  const broken = profileOf({ shared_preload_libraries: { value: 'no_such_library', level: 'L2' } })
  const breakIt = async () => {
    await applyTuning({ ...own(undefined), ...APPLY, restart: false, profile: broken })
    await cluster.stop()
    await expect(cluster.start()).rejects.toMatchObject({ code: 'CLUSTER_START_FAILED' })
  }

  it('is mended in its files and started by its driver, with one command', async () => {
    await breakIt()
    const dataDirectory = stoppedServerOf(embedded.stateDir, describeTarget(target))
    expect(dataDirectory).toBe(cluster.dataDirectory)
    const reverted = await revertTuning({ ...own(pgCtl(), { dataDirectory: dataDirectory! }), ...REVERT })
    expect(reverted).toMatchObject({ profile: 'test', offline: true, stopped: false })
    await expectAllBack()
  })

  it('is mended where nothing here can start it, and the next revert finishes', async () => {
    await breakIt()
    const { dataDirectory } = cluster
    const file = join(dataDirectory, 'postgresql.auto.conf')
    const foreign = Buffer.from('# caf\xe9\n', 'latin1')
    appendFileSync(file, foreign)
    const reverted = await revertTuning({ ...own(undefined, { dataDirectory }), ...REVERT })
    expect(reverted).toMatchObject({ offline: true, stopped: true })
    expect(reverted.settings[0]).toMatchObject({ name: 'shared_preload_libraries', outcome: 'restored' })
    expect(readFileSync(file).includes(foreign)).toBe(true)
    await cluster.start()
    expect(await revertTuning({ ...own(undefined), ...REVERT })).toMatchObject({ profile: 'test' })
    await expectAllBack()
  })
})
