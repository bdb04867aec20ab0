import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import type { ClusterEvent } from '../../../src/cluster/index.ts'
import { type Target, withDatabase } from '../../../src/db/index.ts'
import { openTestCluster, withCluster } from '../../support/index.ts'

const run = (target: Target, statement: string) =>
  withDatabase(target, { doing: 'testing' }, async ({ sql }) => [...(await sql.unsafe(statement))])

const pidFile = (dataDir: string) => join(dataDir, 'postmaster.pid')

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
}

const close = (server: Server) => new Promise((resolve) => server.close(resolve))

describe('the embedded server', () => {
  it('keeps its data, port and password over stop and start', () =>
    withCluster({ fresh: true }, async (cluster) => {
      expect(cluster.status().state).toBe('absent')
      const first = await cluster.start()
      await run(first, 'create table kept as select 42 as answer')
      expect(await cluster.stop()).toBe(true)
      expect(cluster.status()).toMatchObject({ state: 'stopped', port: first.port, pid: null })
      expect(cluster.target()).toBeUndefined()
      expect(await cluster.stop()).toBe(false)
      const second = await cluster.start()
      expect(second).toEqual(first)
      expect(await run(second, 'select answer from kept')).toEqual([{ answer: 42 }])
    }))

  it('answers over TCP and the socket with the password, and never without it', () =>
    withCluster({}, async (cluster) => {
      const target = await cluster.start()
      expect(target).toMatchObject({ host: '127.0.0.1', user: 'postgres', database: 'gigarow' })
      expect(target.socketDir).toBeDefined()
      const { socketDir: _, ...overTcp } = target
      expect(await run(overTcp, 'select 1 as one')).toEqual([{ one: 1 }])
      expect(await run(target, 'select inet_client_addr() as address')).toEqual([{ address: null }])
      for (const way of [target, overTcp]) {
        await expect(run({ ...way, password: '' }, 'select 1')).rejects.toMatchObject({
          code: expect.stringMatching(/^DB_/),
        })
        await expect(run({ ...way, password: 'wrong' }, 'select 1')).rejects.toMatchObject({
          code: 'DB_AUTH',
        })
      }
    }))

  it('lets nobody else read its password, data and socket', () =>
    withCluster({}, async (cluster, root) => {
      await cluster.start()
      const { dataDir, socketDir, logFile } = cluster.status()
      const mode = (path: string) => (statSync(path).mode & 0o777).toString(8)
      expect(mode(join(root, '.gigarow/server.json'))).toBe('600')
      expect(mode(dataDir)).toBe('700')
      expect(mode(socketDir)).toBe('700')
      expect(mode(logFile)).toBe('600')
      expect(readdirSync(join(root, '.gigarow/postgres')).filter((name) => /password/.test(name))).toEqual([])
    }))

  it('sorts by bytes and knows the case of all of Unicode', () =>
    withCluster({}, async (cluster) => {
      const target = await cluster.start()
      const [row] = await run(
        target,
        `select upper('é') as upper, 'Z' < 'a' as bytes, getdatabaseencoding() as e`,
      )
      expect(row).toEqual({ upper: 'É', bytes: true, e: 'UTF8' })
    }))

  it('is one server, however many start it at once', () =>
    withCluster({ fresh: true }, async (_, root) => {
      const events: ClusterEvent[] = []
      const many = Array.from({ length: 4 }, () => openTestCluster(root, { emit: (e) => events.push(e) }))
      const targets = await Promise.all(many.map((cluster) => cluster.start()))
      expect(new Set(targets.map(({ port }) => port)).size).toBe(1)
      expect(events.filter(({ type }) => type === 'cluster.initializing')).toHaveLength(1)
      expect(events.filter(({ type }) => type === 'cluster.started')).toHaveLength(1)
    }))

  it('comes back after kill -9, with what was committed', () =>
    withCluster({ settings: { shared_buffers: '32MB' } }, async (cluster) => {
      const target = await cluster.start()
      await run(target, 'create table kept as select generate_series(1, 1000) as id')
      process.kill(cluster.status().pid!, 'SIGKILL')
      await vi.waitFor(() => expect(cluster.status().state).toBe('stopped'))
      const again = await cluster.start()
      expect(await run(again, 'select count(*)::int as n from kept')).toEqual([{ n: 1000 }])
    }))

  it('waits for the processes of a killed server, which still hold its memory', () =>
    withCluster({}, async (cluster) => {
      const target = await cluster.start()
      const events: ClusterEvent[] = []
      // Busy, not waiting: this one does not notice the end of its postmaster.
      const busy = run(target, 'select count(*)::int as busy from generate_series(1, 12e6) n').catch(() => {})
      await vi.waitFor(async () => {
        const active = `select 1 from pg_stat_activity where query like '%as busy%' and pid <> pg_backend_pid()`
        expect(await run(target, active)).toHaveLength(1)
      })
      process.kill(cluster.status().pid!, 'SIGKILL')
      await vi.waitFor(() => expect(cluster.status().state).toBe('stopped'))
      const again = await cluster.start((event) => events.push(event))
      expect(events).toContainEqual({ type: 'cluster.waiting', reason: 'old-processes' })
      expect(await run(again, 'select 1 as one')).toEqual([{ one: 1 }])
      await busy
    }))

  it('is not fooled by a pid file whose number belongs to another process now', () =>
    withCluster({}, async (cluster) => {
      await cluster.start()
      const { dataDir } = cluster.status()
      const file = readFileSync(pidFile(dataDir), 'utf8')
      await cluster.stop()
      // Of all processes, that of the tests: it lives, and is no PostgreSQL.
      writeFileSync(pidFile(dataDir), file.replace(/^\d+/, String(process.ppid)))
      expect(cluster.status().state).toBe('stopped')
      await cluster.start()
      expect(cluster.status().pid).not.toBe(process.ppid)
    }))

  it('takes another port and remembers it when the remembered one is taken', () =>
    withCluster({}, async (cluster, root) => {
      const { port } = await cluster.start()
      await cluster.stop()
      const other = await listen(port)
      try {
        const events: ClusterEvent[] = []
        const moved = await cluster.start((event) => events.push(event))
        expect(moved.port).not.toBe(port)
        expect(events).toContainEqual({ type: 'cluster.port-changed', from: port, to: moved.port })
        await cluster.stop()
        expect(openTestCluster(root).status().port).toBe(moved.port)
      } finally {
        await close(other)
      }
    }))

  it('refuses when the configured port is taken', async () => {
    const other = await listen(0)
    const { port } = other.address() as { port: number }
    try {
      await withCluster({ port }, async (cluster) => {
        await expect(cluster.start()).rejects.toMatchObject({ code: 'PORT_IN_USE', facts: { port } })
        expect(cluster.status().state).toBe('stopped')
      })
    } finally {
      await close(other)
    }
  })

  it('starts over when making the data directory was cut short', () =>
    withCluster({ fresh: true }, async (cluster, root) => {
      const half = join(root, '.gigarow/postgres/data.new-1')
      mkdirSync(half, { recursive: true })
      writeFileSync(join(half, 'PG_VERSION'), '18\n')
      expect(cluster.status().state).toBe('absent')
      const target = await cluster.start()
      expect(await run(target, 'select current_database() as name')).toEqual([{ name: 'gigarow' }])
      expect(existsSync(half)).toBe(false)
    }))

  it('takes over the lock of a process that has died', () =>
    withCluster({ fresh: true }, async (cluster, root) => {
      mkdirSync(join(root, '.gigarow'))
      const dead = { pid: 2 ** 22 + 1, started: 'x', token: 'dead' }
      writeFileSync(join(root, '.gigarow/lock'), JSON.stringify(dead))
      await cluster.start()
      expect(existsSync(join(root, '.gigarow/lock'))).toBe(false)
    }))

  it('puts its socket elsewhere when the project has a long path', () =>
    withCluster({}, async (_, root) => {
      const deep = join(root, 'a-folder-with-a-long-name'.repeat(4))
      mkdirSync(deep)
      const cluster = openTestCluster(deep)
      try {
        const target = await cluster.start()
        expect(target.socketDir?.startsWith(root)).toBe(false)
        expect((statSync(target.socketDir!).mode & 0o777).toString(8)).toBe('700')
        expect(await run(target, 'select inet_client_addr() as address')).toEqual([{ address: null }])
      } finally {
        const { socketDir } = cluster.status()
        await cluster.reset()
        expect(existsSync(socketDir)).toBe(false)
      }
    }))

  it('shows the end of the log when it does not start, and starts again once that is corrected', () =>
    withCluster({}, async (cluster) => {
      await cluster.start()
      const { dataDir } = cluster.status()
      await cluster.stop()
      const auto = join(dataDir, 'postgresql.auto.conf')
      const before = readFileSync(auto, 'utf8')
      writeFileSync(auto, `${before}shared_buffers = 'plenty'\n`)
      await expect(cluster.start()).rejects.toMatchObject({
        code: 'CLUSTER_START_FAILED',
        message: expect.stringContaining('shared_buffers'),
      })
      writeFileSync(auto, before)
      await cluster.start()
    }))

  it('restarts for settings that need it, and says beforehand whether it can', () =>
    withCluster({ fresh: true }, async (cluster) => {
      expect(await cluster.canRestart()).toBe(false)
      const target = await cluster.start()
      expect(await cluster.canRestart()).toBe(true)
      await run(target, 'alter system set max_connections = 42')
      await cluster.restart('max_connections')
      expect(await run(target, 'show max_connections')).toEqual([{ max_connections: '42' }])
    }))

  it('leaves nothing of a server behind after reset, and begins anew', () =>
    withCluster({}, async (cluster, root) => {
      const { password } = await cluster.start()
      const { pid, dataDir } = cluster.status()
      await cluster.reset()
      expect(existsSync(dataDir)).toBe(false)
      expect(existsSync(join(root, '.gigarow/server.json'))).toBe(false)
      expect(cluster.status()).toMatchObject({ state: 'absent', pid: null })
      expect(pid).toBeGreaterThan(0)
      expect((await cluster.start()).password).not.toBe(password)
    }))

  it('names the way out when the password file is gone or damaged', () =>
    withCluster({}, async (cluster, root) => {
      await cluster.start()
      await cluster.stop()
      const file = join(root, '.gigarow/server.json')
      rmSync(file)
      await expect(cluster.start()).rejects.toMatchObject({ code: 'CLUSTER_UNUSABLE' })
      writeFileSync(file, '{ "half')
      await expect(cluster.start()).rejects.toMatchObject({ code: 'CLUSTER_UNUSABLE' })
      await cluster.reset()
      await cluster.start()
    }))
})
