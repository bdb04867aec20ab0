import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countCpus, linuxLimits } from '../../../src/tuning/cgroup.ts'
import {
  bulk,
  bulkSafe,
  bytes,
  defineTuning,
  resolveValue,
  sessionSettings,
  specsOf,
} from '../../../src/tuning/index.ts'
import { machine } from './server-state.ts'

const GB = 1024 ** 3
const values = (profile: typeof bulk, hardware: Parameters<typeof resolveValue>[1]) =>
  Object.fromEntries(
    Object.entries(profile.settings).map(([name, spec]) => [name, resolveValue(spec, hardware)]),
  )

describe('the shipped profiles', () => {
  it('scale with a small and a large machine', () => {
    const small = machine({ cpus: 1, memoryBytes: GB, diskFreeBytes: 5 * GB, walFreeBytes: 5 * GB })
    expect(values(bulkSafe, small)).toMatchObject({
      max_wal_size: '1536MB',
      maintenance_work_mem: '128MB',
      shared_buffers: '256MB',
      work_mem: '16MB',
      max_parallel_maintenance_workers: '2',
    })
    const large = machine({ cpus: 64, memoryBytes: 512 * GB, walFreeBytes: 4096 * GB })
    expect(values(bulkSafe, large)).toMatchObject({
      max_wal_size: '32GB',
      maintenance_work_mem: '8GB',
      shared_buffers: '32GB',
      max_parallel_maintenance_workers: '8',
    })
  })

  it('bulk is the document of the billion rows; bulk-safe has nothing of level L3', () => {
    expect(bulk.settings).toMatchObject({
      fsync: { value: false, level: 'L3' },
      synchronous_commit: { value: 'off', level: 'L3' },
      full_page_writes: { value: false, level: 'L3' },
      checkpoint_timeout: { value: '30min' },
    })
    expect(specsOf(bulkSafe).filter(([, s]) => s.level === 'L3')).toEqual([])
    expect(sessionSettings(bulkSafe, machine())).toEqual({ jit: 'off' })
  })

  it('never ask for more than half of the memory, on any machine', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2048 }), fc.integer({ min: 1, max: 256 }), (gb, cpus) => {
        const hardware = machine({ cpus, memoryBytes: gb * GB, diskFreeBytes: GB, walFreeBytes: GB })
        const { shared_buffers, maintenance_work_mem } = values(bulk, hardware)
        const mb = (text: string) => Number.parseInt(text, 10) * (text.endsWith('GB') ? 1024 : 1)
        expect(mb(shared_buffers!) + mb(maintenance_work_mem!)).toBeLessThanOrEqual(gb * 512)
      }),
    )
  })
})

describe('defineTuning', () => {
  it('reports every problem of a profile at once', () => {
    const broken = { name: 'Bad Name', description: 'x', settings: { fsync: { value: null, level: 'L9' } } }
    expect(() => defineTuning(broken as unknown as typeof bulk)).toThrow(
      expect.objectContaining({
        code: 'TUNING_INVALID',
        facts: { problems: expect.objectContaining({ length: 4 }) },
      }),
    )
  })
})

describe('bytes', () => {
  it('writes what PostgreSQL reads', () => {
    expect([bytes(32 * GB), bytes(1.5 * GB), bytes(512 * 1024)]).toEqual(['32GB', '1536MB', '512kB'])
  })
})

describe('the hardware that counts', () => {
  const machineFiles = {
    '/proc/meminfo': 'MemTotal:       32000000 kB\nMemFree: 1 kB',
    '/proc/self/status': 'Name: x\nCpus_allowed_list:\t0-7\n',
  }
  const limits = (more: Record<string, string>) =>
    linuxLimits(async (path) => ({ ...machineFiles, ...more })[path] ?? null)

  it('is the machine without control groups', async () => {
    expect(await limits({})).toEqual({ cpus: 8, memoryBytes: 32_000_000 * 1024 })
  })

  it('is the smallest limit on the way up in cgroup v2', async () => {
    const found = await limits({
      '/proc/self/cgroup': '0::/kube/pod/app\n',
      '/sys/fs/cgroup/kube/pod/app/memory.max': 'max\n',
      '/sys/fs/cgroup/kube/pod/memory.max': String(4 * GB),
      '/sys/fs/cgroup/kube/memory.max': String(8 * GB),
      '/sys/fs/cgroup/kube/pod/cpu.max': '250000 100000\n',
    })
    expect(found).toEqual({ cpus: 2, memoryBytes: 4 * GB })
  })

  it('is the limit of cgroup v1, where a container sees its group as the root', async () => {
    const found = await limits({
      '/proc/self/cgroup': '5:cpu,cpuacct:/docker/abc\n4:memory:/docker/abc\n',
      '/sys/fs/cgroup/memory/memory.limit_in_bytes': String(2 * GB),
      '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1',
      '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000',
    })
    expect(found).toEqual({ cpus: 8, memoryBytes: 2 * GB })
  })

  it('counts lists of CPUs', () => {
    expect([countCpus('0'), countCpus('0-3,8'), countCpus('0-1,4-7')]).toEqual([1, 5, 6])
  })
})
