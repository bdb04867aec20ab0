import { bytes, clamp, GB, MB } from '../bytes.ts'
import type { DiskKind, Hardware } from '../profile.ts'
import type { ProfileSettings } from '../setting-types.ts'

/** What distinguishes one kind of work from another; the values are those of pgtune's types. */
export interface Workload {
  readonly connections: number
  /** Parts of the memory: 4 is a quarter. */
  readonly buffersPart: number
  readonly cachePart: number
  readonly maintenancePart: number
  /** Divides the share that a session gets for each sort and hash. */
  readonly sortPart: number
  readonly minWalBytes: number
  readonly maxWalBytes: number
  readonly statistics: number
  /** Null: as many as half of the CPUs. */
  readonly gatherLimit: number | null
  /** Queries that are too short for compiling them to pay. */
  readonly shortQueries: boolean
}

const READ_AHEAD: Readonly<Record<Exclude<DiskKind, 'unknown'>, number>> = {
  hdd: 2,
  ssd: 200,
  san: 300,
  nvme: 1000,
}

/** The number of worker processes that PostgreSQL has by itself, which small machines keep. */
const WORKERS = 8

/**
 * The settings of a server for all day, from its hardware: pgtune's formulas (snapshot of 2026-07), except where docs/tuning.md
 * says why not. Nothing in here is of level L3.
 */
export function workloadSettings(work: Workload): ProfileSettings {
  return { ...memory(work), ...wal(work), ...parallel(work), ...disks(), ...planner(work) }
}

function memory(work: Workload): ProfileSettings {
  const buffers = ({ memoryBytes }: Hardware) => Math.max(memoryBytes / work.buffersPart, 16 * MB)
  const maintenance = ({ memoryBytes }: Hardware) => clamp(memoryBytes / work.maintenancePart, MB, 8 * GB)
  return {
    max_connections: {
      value: work.connections,
      reason:
        'Sessions that this kind of work needs; a larger number stays, because lowering it locks clients out.',
      level: 'L2',
      atLeast: true,
    },
    shared_buffers: {
      value: (hardware) => bytes(buffers(hardware)),
      reason: `1/${work.buffersPart} of the memory for the server's own cache; the kernel caches the rest.`,
      level: 'L2',
    },
    effective_cache_size: {
      value: ({ memoryBytes }) => bytes((memoryBytes * work.cachePart) / 4),
      reason: "What the planner may expect to find in memory, the kernel's cache included; reserves nothing.",
      level: 'L1',
    },
    maintenance_work_mem: {
      value: (hardware) => bytes(maintenance(hardware)),
      otherwise: '2047MB',
      reason: `Index builds sort in memory and VACUUM reads indexes once: 1/${work.maintenancePart} of the memory, at most 8GB.`,
      level: 'L1',
    },
    autovacuum_work_mem: {
      value: (hardware) => (maintenance(hardware) >= 2 * GB ? '2GB' : undefined),
      otherwise: '2047MB',
      reason: 'Each of the autovacuum workers could take all of maintenance_work_mem.',
      level: 'L1',
    },
    work_mem: {
      value: (hardware) => bytes(sortMemory(work, hardware, buffers(hardware))),
      reason:
        'What is left beside shared_buffers, shared by all sessions and workers with three sorts or hashes each.',
      level: 'L1',
    },
  }
}

/** 4MB, PostgreSQL's own value, is the least: less makes every sort go to disk. */
function sortMemory(work: Workload, { memoryBytes, cpus, connections }: Hardware, buffers: number): number {
  const sessions = Math.max(work.connections, connections ?? 0)
  const workers = cpus >= 4 ? cpus : WORKERS
  return Math.max((memoryBytes - buffers) / ((sessions + workers) * 3) / work.sortPart, 4 * MB)
}

function wal(work: Workload): ProfileSettings {
  const room = ({ walFreeBytes }: Hardware) => Math.max(0.3 * walFreeBytes, GB)
  return {
    max_wal_size: {
      value: (hardware) => bytes(Math.min(work.maxWalBytes, room(hardware))),
      reason:
        'Checkpoints come from the clock and not from the amount written; at most 30% of what the WAL disk has free.',
      level: 'L1',
    },
    min_wal_size: {
      value: (hardware) => bytes(Math.min(work.minWalBytes, room(hardware) / 4)),
      reason: 'WAL files that are used again instead of made anew.',
      level: 'L1',
    },
    checkpoint_completion_target: {
      value: 0.9,
      reason: 'Spreads the writes of a checkpoint over the time until the next one.',
      level: 'L1',
    },
    wal_compression: {
      value: ({ major }) => (major !== null && major < 15 ? 'on' : 'lz4'),
      otherwise: 'on',
      reason:
        'Whole pages after a checkpoint shrink to a half or less, for little CPU time; pglz where lz4 is not built in.',
      level: 'L1',
    },
  }
}

function parallel({ gatherLimit }: Workload): ProfileSettings {
  const half = (cpus: number) => Math.ceil(cpus / 2)
  const many =
    <T>(make: (cpus: number) => T) =>
    ({ cpus }: Hardware) =>
      cpus >= 4 ? make(cpus) : undefined
  return {
    max_worker_processes: {
      value: many((cpus) => cpus),
      reason: "One worker process a CPU; below four CPUs PostgreSQL's own values stay.",
      level: 'L2',
      atLeast: true,
    },
    max_parallel_workers: {
      value: many((cpus) => cpus),
      reason: 'All of them may work on queries.',
      level: 'L1',
    },
    max_parallel_workers_per_gather: {
      value: many((cpus) => Math.min(half(cpus), gatherLimit ?? half(cpus))),
      reason:
        'Half of the CPUs for one query' +
        (gatherLimit === null ? '.' : `, at most ${gatherLimit}: others want to run as well.`),
      level: 'L1',
    },
    max_parallel_maintenance_workers: {
      value: many((cpus) => Math.min(half(cpus), 4)),
      reason: 'CREATE INDEX and VACUUM use half of the CPUs, at most 4.',
      level: 'L1',
    },
    autovacuum_max_workers: {
      value: ({ cpus }) => (cpus >= 32 ? 5 : cpus >= 16 ? 4 : undefined),
      reason: 'A large machine has more tables to vacuum at once.',
      level: 'L2',
      atLeast: true,
    },
    io_workers: {
      value: ({ cpus }) => clamp(Math.floor(cpus / 4), 3, 32),
      reason: 'Processes that read ahead, a quarter of the CPUs; used with io_method = worker, the default.',
      level: 'L1',
      since: 18,
      until: 18,
    },
  }
}

function disks(): ProfileSettings {
  return {
    random_page_cost: {
      value: ({ disk }) => (disk === 'unknown' ? undefined : disk === 'hdd' ? 4 : 1.1),
      reason: 'Reading here and there costs as much as reading in a row, except on a rotating disk.',
      level: 'L1',
    },
    effective_io_concurrency: {
      value: ({ disk }) => (disk === 'unknown' ? undefined : READ_AHEAD[disk]),
      otherwise: 0,
      reason: 'How many reads the disk does at the same time.',
      level: 'L1',
    },
  }
}

function planner({ statistics, shortQueries }: Workload): ProfileSettings {
  return {
    default_statistics_target: {
      value: statistics,
      reason:
        statistics > 100
          ? 'Better estimates for large tables; ANALYZE takes longer.'
          : 'The default: enough for short queries.',
      level: 'L1',
    },
    ...(shortQueries
      ? {
          jit: {
            value: false,
            reason: 'Compiling costs more than short queries take.',
            level: 'L1',
          } as const,
        }
      : {}),
  }
}
