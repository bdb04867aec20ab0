import { bytes, clamp, GB, MB } from '../bytes.ts'
import { defineTuning } from '../profile.ts'
import { bulkSafe } from './bulk-safe.ts'

/** For data that can be made again: a power failure during the load may leave the whole server unusable. */
export const bulk = defineTuning({
  name: 'bulk',
  description:
    'Bulk loading without protection: a crash of the machine meanwhile can destroy every database of the server.',
  settings: {
    fsync: {
      value: false,
      reason: 'Nothing waits for the disk. A power failure leaves corrupt files, not just missing rows.',
      level: 'L3',
    },
    synchronous_commit: {
      value: 'off',
      reason: 'COMMIT does not wait for its WAL. A crash loses the last commits.',
      level: 'L3',
    },
    full_page_writes: {
      value: false,
      reason:
        'Half of the WAL of an update-heavy load goes away. Torn pages cannot be repaired after a crash.',
      level: 'L3',
    },
    // Before wal_level: a server that is killed in between must be able to start.
    max_wal_senders: { value: 0, reason: 'wal_level = minimal requires it.', level: 'L3' },
    summarize_wal: { value: false, reason: 'wal_level = minimal requires it.', level: 'L3', optional: true },
    wal_level: {
      value: 'minimal',
      reason:
        'COPY into a table made in the same transaction writes no WAL (1.2 to 1.6 times as fast). Older base backups and standbys become unusable.',
      level: 'L3',
    },
    ...bulkSafe.settings,
    maintenance_work_mem: {
      value: ({ memoryBytes }) => bytes(clamp(memoryBytes / 8, 64 * MB, 8 * GB)),
      reason: 'Index builds sort in memory.',
      level: 'L1',
      atLeast: true,
    },
    work_mem: {
      value: ({ memoryBytes }) => bytes(clamp(memoryBytes / 64, 16 * MB, 256 * MB)),
      reason: 'Sorts and hashes stay in memory; the loading session has the server for itself.',
      level: 'L1',
      atLeast: true,
    },
    max_wal_size: {
      value: ({ walFreeBytes }) => bytes(clamp(0.3 * walFreeBytes, GB, 64 * GB)),
      reason: 'As few checkpoints as the WAL disk allows: 30% of what is free, at most 64GB.',
      level: 'L1',
      atLeast: true,
    },
  },
})
