import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Target } from '../../../../src/db/index.ts'
import { specsOf, type TuningProfile } from '../../../../src/tuning/index.ts'
import { alterSystem, type Bench, onServer, reload } from './bench.ts'
import type { Meddling } from './scenario.ts'

/** Texts that no profile writes. */
const THEIRS: Readonly<Record<string, string>> = {
  work_mem: '7777kB',
  maintenance_work_mem: '77777kB',
  max_wal_size: '1777MB',
  min_wal_size: '96MB',
  checkpoint_timeout: '777s',
  effective_cache_size: '777MB',
  random_page_cost: '1.777',
  default_statistics_target: '77',
  autovacuum_naptime: '77s',
  log_min_duration_statement: '777',
  log_temp_files: '777kB',
  log_line_prefix: 'theirs ',
  search_path: 'theirs, "THEIRS"',
  max_connections: '33',
  synchronous_commit: 'remote_apply',
}

/** Somebody else at the same server, while gigarow works on it. */
export interface Meddler {
  /** The setting that is his; undefined for a mistake in a file. */
  readonly setting: string | undefined
  /** What it has to be in the end. */
  readonly theirs: string | undefined
  acted(): boolean
  act(): Promise<void>
  /** Corrects the file; nothing when there was no mistake. */
  mend(): Promise<void>
}

export function openMeddler(
  { bench, target, profile }: { bench: Bench; target: Target; profile: TuningProfile },
  { what, setting }: Meddling,
): Meddler {
  const names = specsOf(profile).flatMap(([name]) => (name in THEIRS ? [name] : []))
  const name = names[setting % names.length] ?? 'work_mem'
  const file = join(bench.cluster.dataDirectory, 'trial.conf')
  let right: string | undefined
  let acted = false
  const statement = what === 'set' ? alterSystem({ name, text: THEIRS[name]! }) : `alter system reset ${name}`
  return {
    setting: what === 'syntax error' ? undefined : name,
    theirs: what === 'set' ? THEIRS[name] : undefined,
    acted: () => acted,
    act: async () => {
      acted = true
      if (what === 'syntax error') {
        right = readFileSync(file, 'utf8')
        appendFileSync(file, 'work_mem = = 3MB\n')
        await onServer(target, (sql) => sql`select pg_reload_conf()`).catch(() => {})
        return
      }
      await bench.cluster.start()
      await onServer(target, async (sql) => {
        await sql.unsafe(statement)
        await reload(sql)
      })
    },
    mend: async () => {
      if (right !== undefined) writeFileSync(file, right)
      right = undefined
    },
  }
}
