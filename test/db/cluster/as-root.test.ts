import { chmodSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ClusterEvent } from '../../../src/cluster/index.ts'
import { withDatabase } from '../../../src/db/index.ts'
import { openTestCluster, withCluster, withProject } from '../../support/index.ts'

// PostgreSQL refuses to run as root; everybody else runs it as himself and never gets here.
describe.runIf(process.getuid?.() === 0)('the embedded server under root', () => {
  it('runs as an unprivileged user who owns its files', () =>
    withCluster({ user: 'nobody', fresh: true }, async (cluster) => {
      await cluster.start()
      const { dataDir, pid, runAs } = cluster.status()
      expect(runAs).toBe('nobody')
      expect(statSync(`/proc/${pid}`).uid).toBe(statSync(dataDir).uid)
      expect(statSync(dataDir).uid).not.toBe(0)
    }))

  it('has its files elsewhere, and says so, when that user cannot enter the project', () =>
    withProject(async (root) => {
      const closed = join(root, 'closed')
      const relocateTo = join(root, 'elsewhere')
      mkdirSync(closed)
      chmodSync(closed, 0o700)
      const events: ClusterEvent[] = []
      const cluster = openTestCluster(closed, { relocateTo, emit: (event) => events.push(event) })
      try {
        const target = await cluster.start()
        const { dataDir, socketDir, logFile } = cluster.status()
        for (const path of [dataDir, socketDir, logFile]) expect(path.startsWith(relocateTo)).toBe(true)
        expect(events).toContainEqual(expect.objectContaining({ type: 'cluster.relocated', blocked: closed }))
        expect((statSync(closed).mode & 0o777).toString(8)).toBe('700')
        await withDatabase(target, { doing: 'testing' }, ({ sql }) => sql`create table kept ()`)
        await cluster.restart()
        await withDatabase(target, { doing: 'testing' }, ({ sql }) => sql`select from kept`)
      } finally {
        await cluster.reset()
      }
      expect(existsSync(cluster.status().dataDir)).toBe(false)
      expect(readdirSync(relocateTo)).toEqual([])
    }))

  it('copies the programs, once, when that user cannot reach them', () =>
    withProject(async (root) => {
      const closed = join(root, 'closed')
      const relocateTo = join(root, 'elsewhere')
      mkdirSync(closed)
      chmodSync(closed, 0o700)
      const { binaries } = await import('./closed-binaries.ts')
      const events: ClusterEvent[] = []
      for (const name of ['one', 'two']) {
        mkdirSync(join(closed, name))
        const cluster = openTestCluster(join(closed, name), {
          relocateTo,
          binaries: () => binaries(closed),
          emit: (event) => events.push(event),
        })
        await cluster.start().finally(() => cluster.reset())
      }
      expect(events.filter(({ type }) => type === 'cluster.copying-binaries')).toHaveLength(1)
      expect(events.filter(({ type }) => type === 'cluster.started')).toHaveLength(2)
    }))

  it('refuses a user that does not exist, by name', () =>
    withCluster({ user: 'no-such-user', fresh: true }, async (cluster) => {
      await expect(cluster.start()).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
        facts: { user: 'no-such-user' },
      })
    }))
})
