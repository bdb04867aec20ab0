import { bytes, clamp, GB, MB } from '../bytes.ts'
import { defineTuning } from '../profile.ts'

/** Nearly the speed of `bulk`, and a crash at any moment loses nothing that was committed. */
export const bulkSafe = defineTuning({
  name: 'bulk-safe',
  description:
    'Bulk loading with durability untouched: fewer checkpoints, more memory for sorting and buffers.',
  settings: {
    max_wal_size: {
      value: ({ walFreeBytes }) => bytes(clamp(0.3 * walFreeBytes, GB, 32 * GB)),
      reason:
        'A checkpoint every gigabyte writes pages again and again; 30% of the free WAL disk, at most 32GB. Recovery after a crash takes longer.',
      level: 'L1',
      atLeast: true,
    },
    checkpoint_timeout: {
      value: '30min',
      reason: 'Checkpoints come from the amount written, not from the clock.',
      level: 'L1',
      atLeast: true,
    },
    checkpoint_completion_target: {
      value: 0.9,
      reason: 'Spreads the writes of a checkpoint instead of stalling the load.',
      level: 'L1',
      atLeast: true,
    },
    maintenance_work_mem: {
      value: ({ memoryBytes }) => bytes(clamp(memoryBytes / 8, 64 * MB, 8 * GB)),
      reason:
        'Index builds sort in memory; an eighth of the memory, so that two builds at once fit beside the buffers.',
      level: 'L1',
      atLeast: true,
    },
    max_parallel_maintenance_workers: {
      value: ({ cpus }) => clamp(cpus - 1, 2, 8),
      reason: 'CREATE INDEX uses the other cores.',
      level: 'L1',
      atLeast: true,
    },
    work_mem: {
      value: ({ memoryBytes }) => bytes(clamp(memoryBytes / 128, 16 * MB, 128 * MB)),
      reason: 'Sorts and hashes of the checks after the load stay in memory.',
      level: 'L1',
      atLeast: true,
    },
    shared_buffers: {
      value: ({ memoryBytes }) =>
        bytes(clamp(Math.floor(memoryBytes / 4 / (64 * MB)) * 64 * MB, 128 * MB, 32 * GB)),
      reason: 'Index pages stay in the server while they are built; a quarter of the memory.',
      level: 'L2',
      atLeast: true,
    },
    jit: {
      value: false,
      reason:
        'The statements of a load are short or spend their time on the disk: compiling them buys nothing.',
      level: 'L0',
    },
    wal_buffers: {
      value: '64MB',
      reason: 'Several sessions that COPY at once do not wait for each other to flush WAL.',
      level: 'L2',
      atLeast: true,
    },
  },
})
