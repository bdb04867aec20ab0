import type { AnySql } from '../../db/index.ts'

/** Settings of the server that a load's size and speed depend on. */
export interface ServerFacts {
  readonly maxWalBytes: number
  readonly maintenanceBytes: number
  readonly parallelBuilds: boolean
  readonly minimalWal: boolean
  /** Something keeps WAL beyond max_wal_size: a slot, an archive, wal_keep_size. */
  readonly keepsWal: boolean
  readonly fsync: boolean
}

export async function readServerFacts(sql: AnySql): Promise<ServerFacts> {
  const [row] = await sql.unsafe<
    { max_wal: string; maintenance: string; workers: number; level: string; keeps: boolean; fsync: boolean }[]
  >(`
    select (pg_size_bytes(current_setting('max_wal_size')))::text as max_wal,
           (pg_size_bytes(current_setting('maintenance_work_mem')))::text as maintenance,
           current_setting('max_parallel_maintenance_workers')::int as workers,
           current_setting('wal_level') as level, current_setting('fsync')::boolean as fsync,
           current_setting('archive_mode') <> 'off' or exists (select from pg_replication_slots)
             or pg_size_bytes(current_setting('wal_keep_size')) > 0 as keeps`)
  return {
    maxWalBytes: Number(row!.max_wal),
    maintenanceBytes: Number(row!.maintenance),
    parallelBuilds: row!.workers > 0,
    minimalWal: row!.level === 'minimal',
    keepsWal: row!.keeps,
    fsync: row!.fsync,
  }
}
