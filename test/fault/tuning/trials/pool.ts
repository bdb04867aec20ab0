import { seededRandom } from '../../../support/random.ts'

/** The dice of one trial. */
export interface Dice {
  /** From 0 to below n. */
  below(n: number): number
  pick<T>(from: readonly T[]): T
  chance(percent: number): boolean
  /** Some of them, in another order, each once. */
  some<T>(from: readonly T[], atMost: number): readonly T[]
}

export function dice(seed: number): Dice {
  // Neighbouring seeds begin alike: a few steps set them apart.
  const random = seededRandom(seed * 7919)
  for (let i = 0; i < 5; i++) random()
  const below = (n: number) => Math.floor(random() * n)
  const pick = <T>(from: readonly T[]) => from[below(from.length)]!
  return {
    below,
    pick,
    chance: (percent) => below(100) < percent,
    some: (from, atMost) => {
      const rest = [...from]
      return Array.from({ length: Math.min(below(atMost + 1), rest.length) }, () => {
        return rest.splice(below(rest.length), 1)[0]!
      })
    },
  }
}

/** A setting that a trial may change, with texts that every server it is for can start with. */
export interface Candidate {
  readonly name: string
  readonly texts: readonly string[]
  /** The same in another spelling. ALTER SYSTEM, and so a revert, writes lists of names in one spelling only. */
  readonly loose?: readonly string[]
  /** A list of names. */
  readonly list?: true
  /** Fixed when the server starts. */
  readonly restart?: true
  /** A role or a database may have a value of its own. */
  readonly session?: true
  readonly since?: number
  /** Durability: rarer, because the way back makes the whole machine write to its disks. */
  readonly unsafe?: true
  /** Its text stands in files; pg_settings has it only where a library is loaded. */
  readonly extension?: true
}

const ofSessions = (name: string, ...texts: string[]): Candidate => ({ name, texts, session: true })
const ofServer = (name: string, ...texts: string[]): Candidate => ({ name, texts })
const atStart = (name: string, ...texts: string[]): Candidate => ({ name, texts, restart: true })

/** What units, fractions, signs, spellings, quotes and lists there are. */
export const CANDIDATES: readonly Candidate[] = [
  ofSessions('work_mem', '64kB', '1234', '0.01GB', '3MB', '5000kB', '2.5MB'),
  ofSessions('maintenance_work_mem', '64MB', '0.1GB', '99999', '33.3MB'),
  ofServer('max_wal_size', '1GB', '2GB', '0.7GB', '777MB', '1234'),
  ofServer('min_wal_size', '80MB', '32MB', '0.05GB'),
  ofServer('checkpoint_timeout', '7min', '421', '0.2h', '900s', '45s'),
  ofServer('checkpoint_completion_target', '0.3', '.75', '9e-1', '0.123456789'),
  ofServer('checkpoint_flush_after', '0', '256kB', '100kB', '1MB'),
  ofSessions('effective_cache_size', '1GB', '0.3GB', '123456'),
  ofSessions('random_page_cost', '1.1', '4', '0.25e1', '1.23456789'),
  ofSessions('cpu_tuple_cost', '0.01', '0.0123456789', '2'),
  ofServer('autovacuum_vacuum_cost_delay', '-1', '0', '2ms', '500us', '1.5'),
  ofSessions('vacuum_cost_delay', '0', '1.5ms', '100us', '0.0015s'),
  ofServer('autovacuum_work_mem', '-1', '64MB', '0.03GB'),
  ofServer('autovacuum_naptime', '30s', '2min', '1.5min'),
  ofServer('autovacuum_vacuum_scale_factor', '0.05', '0', '1e-2'),
  ofServer('log_autovacuum_min_duration', '-1', '0', '10min'),
  ofSessions('log_min_duration_statement', '-1', '0', '250ms', '1.5s', '2min'),
  ofSessions('log_temp_files', '-1', '0', '10MB'),
  ofSessions('temp_file_limit', '-1', '5GB'),
  ofSessions('log_statement', 'ddl', 'mod', 'none'),
  ofSessions('log_min_messages', 'warning', 'ERROR', 'notice'),
  ofSessions('synchronous_commit', 'local', 'off', 'on', 'remote_write'),
  ofSessions('constraint_exclusion', 'partition', 'On'),
  ofSessions('bytea_output', 'escape', 'hex'),
  ofSessions('IntervalStyle', 'iso_8601', 'sql_standard', 'POSTGRES'),
  ofSessions('DateStyle', 'ISO, DMY', 'iso, mdy', 'German'),
  ofSessions('TimeZone', 'UTC', 'Europe/Paris', 'utc'),
  ofServer('log_timezone', 'UTC', 'europe/berlin'),
  ofSessions('jit', 'on', 'off', 'true', '0'),
  ofServer('autovacuum', 'on', 'OFF', 'yes'),
  ofSessions('wal_compression', 'on', 'off'),
  ofSessions('effective_io_concurrency', '0', '16', '200'),
  ofSessions('tcp_keepalives_idle', '60', '0', '2min'),
  ofServer('log_line_prefix', '%m [%p] ', "it's %q\\ ", '# "%p" = '),
  ofServer('archive_command', 'cp \'%p\' "/x y/%f" # not', '', 'true'),
  ofServer('log_file_mode', '0640', '0600'),
  {
    ...ofSessions('search_path', '"$user", public', 'a, "B c", "d""e,f"', '""', '"select", upper, public'),
    ...{ list: true, loose: ['$user,Public', '"select" , Upper'] },
  },
  {
    ...ofSessions('temp_tablespaces', 'pg_default', 'pg_default, "Other One"', '""'),
    ...{ list: true, loose: ['"pg_default"'] },
  },
  {
    ...ofSessions('session_preload_libraries', 'auto_explain', 'auto_explain, "$libdir/auto_explain"'),
    ...{ list: true, loose: ['"auto_explain"'] },
  },
  {
    ...atStart(
      'shared_preload_libraries',
      'auto_explain',
      'pg_stat_statements',
      'auto_explain, pg_stat_statements',
    ),
    ...{ list: true, loose: ['"pg_prewarm","auto_explain"'] },
  },
  atStart('cluster_name', "it's a \\test", 'x "y" z', '#1, or so', ''),
  atStart('wal_buffers', '-1', '2MB', '64', '100kB'),
  atStart('shared_buffers', '16MB', '24MB', '3000', '0.02GB'),
  atStart('max_connections', '22', '31', '40'),
  atStart('max_locks_per_transaction', '64', '80'),
  atStart('max_worker_processes', '8', '10'),
  atStart('max_prepared_transactions', '0', '5'),
  atStart('track_commit_timestamp', 'on', 'off'),
  atStart('unix_socket_permissions', '0700', '0770'),
  // {socket} and {other} are folders of the server's, the second one with a comma and a blank in its name.
  {
    ...atStart('unix_socket_directories', '"{socket}", "{other}"', '"{socket}"'),
    ...{ list: true, loose: ['{socket} , "{other}"'] },
  },
  { ...atStart('transaction_buffers', '0', '32', '512kB'), since: 17 },
  { ...atStart('io_max_concurrency', '-1', '16'), since: 18 },
  { ...atStart('io_method', 'worker', 'sync'), since: 18 },
  { ...ofSessions('vacuum_buffer_usage_limit', '2MB', '0', '256kB'), since: 16 },
  { ...ofServer('full_page_writes', 'off', 'on'), unsafe: true },
  { ...ofServer('fsync', 'off', 'true'), unsafe: true },
  { ...ofSessions('auto_explain.log_min_duration', '-1', '250ms', '1.5s'), extension: true },
  { ...ofSessions('auto_explain.log_format', 'json', 'text'), extension: true },
]

/** Those of a version, durability now and then. */
export function candidatesFor(major: number, { chance }: Dice): readonly Candidate[] {
  const unsafe = chance(15)
  return CANDIDATES.filter((c) => major >= (c.since ?? 0) && (unsafe || c.unsafe === undefined))
}
