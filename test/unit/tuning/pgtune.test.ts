import { describe, expect, it } from 'vitest'
import {
  analytics,
  type DiskKind,
  dev,
  mixed,
  oltp,
  resolveValue,
  specsOf,
  type TuningProfile,
  web,
} from '../../../src/tuning/index.ts'
import { machine } from './server-state.ts'

// pgtune's arithmetic (snapshot of 2026-07), in kB as there, written down without a look at our formulas.

type Type = 'web' | 'oltp' | 'dw' | 'desktop' | 'mixed'
const PROFILES: Record<Type, TuningProfile> = { web, oltp, dw: analytics, desktop: dev, mixed }
const GB = 1024 ** 2

const CONNECTIONS = { web: 200, oltp: 300, dw: 40, desktop: 20, mixed: 100 }
const WAL = {
  web: [GB, 4 * GB],
  oltp: [2 * GB, 8 * GB],
  dw: [4 * GB, 16 * GB],
  desktop: [100 * 1024, 2 * GB],
  mixed: [GB, 4 * GB],
} as const
const CONCURRENCY = { hdd: 2, ssd: 200, san: 300, nvme: 1000 }

interface Machine {
  readonly type: Type
  readonly memory: number
  readonly cpus: number
  readonly disk: Exclude<DiskKind, 'unknown'>
}

function pgtune({
  type,
  memory,
  cpus,
  disk,
}: Machine): Record<string, number | string | boolean | undefined> {
  const buffers = Math.floor(memory / (type === 'desktop' ? 16 : 4))
  const maintenance = Math.min(Math.floor(memory / (type === 'dw' ? 8 : 16)), 8 * GB)
  const parallel = cpus >= 4
  const share = (memory - buffers) / ((CONNECTIONS[type] + (parallel ? cpus : 8)) * 3)
  const sort = Math.floor(
    type === 'desktop' ? share / 6 : type === 'dw' || type === 'mixed' ? share / 2 : share,
  )
  const half = Math.ceil(cpus / 2)
  return {
    max_connections: CONNECTIONS[type],
    shared_buffers: buffers,
    effective_cache_size: Math.floor(type === 'desktop' ? memory / 4 : (memory * 3) / 4),
    maintenance_work_mem: maintenance,
    autovacuum_work_mem: maintenance >= 2 * GB ? 2 * GB : undefined,
    work_mem: Math.max(sort, 4096),
    min_wal_size: WAL[type][0],
    max_wal_size: WAL[type][1],
    checkpoint_completion_target: 0.9,
    default_statistics_target: type === 'dw' ? 500 : 100,
    random_page_cost: disk === 'hdd' ? 4 : 1.1,
    effective_io_concurrency: CONCURRENCY[disk],
    max_worker_processes: parallel ? cpus : undefined,
    max_parallel_workers: parallel ? cpus : undefined,
    max_parallel_workers_per_gather: parallel ? (type === 'dw' ? half : Math.min(half, 4)) : undefined,
    max_parallel_maintenance_workers: parallel ? Math.min(half, 4) : undefined,
    autovacuum_max_workers: cpus >= 32 ? 5 : cpus >= 16 ? 4 : undefined,
    io_workers: Math.min(Math.max(Math.floor(cpus / 4), 3), 32),
    wal_compression: 'lz4',
    jit: type === 'dw' || type === 'desktop' ? undefined : 'off',
  }
}

const SIZES: readonly (readonly [gb: number, cpus: number, disk: Machine['disk']])[] = [
  [1, 1, 'hdd'],
  [2, 2, 'ssd'],
  [4, 2, 'san'],
  [8, 4, 'ssd'],
  [16, 8, 'hdd'],
  [32, 8, 'nvme'],
  [64, 16, 'san'],
  [256, 64, 'nvme'],
]

function toKb(text: string): number {
  const [, number, unit] = /^(\d+)(kB|MB|GB)$/.exec(text)!
  return Number(number) * { kB: 1, MB: 1024, GB }[unit as 'kB' | 'MB' | 'GB']
}

/** Ours, with sizes in kB. */
function ours(profile: TuningProfile, { memory, cpus, disk }: Machine) {
  const hardware = machine({ cpus, memoryBytes: memory * 1024, walFreeBytes: 1024 ** 4, disk, major: 18 })
  return Object.fromEntries(
    specsOf(profile).map(([name, spec]) => {
      const text = resolveValue(spec, hardware)
      if (text === undefined) return [name, undefined]
      return [name, /^\d+[kMG]B$/.test(text) ? toKb(text) : Number.isNaN(Number(text)) ? text : Number(text)]
    }),
  )
}

describe.each(Object.keys(PROFILES) as Type[])('pgtune’s type %s', (type) => {
  it.each(SIZES)('on %i GB, %i CPUs, %s: our profile has its values', (gb, cpus, disk) => {
    const size = { type, memory: gb * GB, cpus, disk }
    const found = ours(PROFILES[type], size)
    for (const [name, expected] of Object.entries(pgtune(size))) {
      const value = found[name]
      // We round sizes down to whole megabytes.
      const same =
        typeof expected === 'number' && expected >= 4096
          ? typeof value === 'number' && expected - value >= 0 && expected - value < 1024
          : value === expected
      expect(same, `${name}: ours ${value}, pgtune ${expected}`).toBe(true)
    }
    expect(Object.keys(found).filter((name) => !(name in pgtune(size)))).toEqual([])
  })
})

it('where we differ from pgtune: small disks, unknown disks and connections that are there already', () => {
  const oltpOn = (more: Parameters<typeof machine>[0]) =>
    Object.fromEntries(specsOf(oltp).map(([name, spec]) => [name, resolveValue(spec, machine(more))]))
  const small = oltpOn({ walFreeBytes: 10 * 1024 ** 3 })
  expect(small).toMatchObject({ max_wal_size: '3GB', min_wal_size: '768MB' })
  expect(small.random_page_cost).toBeUndefined()
  expect(small.effective_io_concurrency).toBeUndefined()
  expect(oltpOn({ connections: 1000 }).work_mem).toBe('4MB')
  expect(oltpOn({ major: 14 }).wal_compression).toBe('on')
})
