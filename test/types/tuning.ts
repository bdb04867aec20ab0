import { bulkSafe, bytes, clamp, defineTuning } from 'gigarow/tuning'

// Checked by tsc, never run: each @ts-expect-error must be an error.

const why = { reason: 'a test', level: 'L1' } as const

defineTuning({
  name: 'fine',
  description: 'what is allowed',
  settings: {
    ...bulkSafe.settings,
    work_mem: { value: ({ memoryBytes }) => bytes(memoryBytes / 32), ...why },
    max_wal_size: { value: '32GB', ...why },
    checkpoint_timeout: { value: '30min', ...why },
    checkpoint_completion_target: { value: 0.9, ...why },
    max_parallel_workers: { value: ({ cpus }) => clamp(cpus, 1, 8), ...why },
    jit: { value: false, ...why },
    synchronous_commit: { value: 'remote_write', ...why },
    wal_compression: { value: 'zstd', otherwise: true, ...why },
    autovacuum_work_mem: { value: -1, ...why },
    idle_session_timeout: { value: 0, ...why },
    search_path: { value: 'app, public', ...why },
    random_page_cost: { value: ({ disk }) => (disk === 'hdd' ? 4 : undefined), ...why },
    'auto_explain.log_min_duration': { value: '1s', ...why },
  },
  others: { a_setting_of_postgresql_20: { value: 'x', ...why } },
})

defineTuning({
  name: 'wrong',
  description: 'what is not',
  settings: {
    ...bulkSafe.settings,
    // @ts-expect-error a time is no size
    work_mem: { value: '30min', ...why },
    // @ts-expect-error a size needs its unit
    maintenance_work_mem: { value: 64, ...why },
    // @ts-expect-error PostgreSQL wants GB, not gb
    max_wal_size: { value: '4gb', ...why },
    // @ts-expect-error a size is no time
    checkpoint_timeout: { value: '5MB', ...why },
    // @ts-expect-error no value of this enum
    wal_level: { value: 'small', ...why },
    // @ts-expect-error on or off
    fsync: { value: 'perhaps', ...why },
    // @ts-expect-error a number
    max_parallel_workers: { value: 'many', ...why },
    // @ts-expect-error the formula's value counts as well
    shared_buffers: { value: ({ cpus }) => `${cpus}min`, ...why },
    // @ts-expect-error and the value for other servers
    temp_buffers: { value: '8MB', otherwise: '1min', ...why },
  },
})

defineTuning({
  name: 'unknown',
  description: 'names that no server has',
  settings: {
    ...bulkSafe.settings,
    // @ts-expect-error no such setting
    max_wall_size: { value: '32GB', ...why },
    // @ts-expect-error it is fixed when the server is built
    block_size: { value: 8192, ...why },
  },
})

// @ts-expect-error no such setting, without anything spread
defineTuning({ name: 'alone', description: 'x', settings: { wrk_mem: { value: '32MB', ...why } } })
