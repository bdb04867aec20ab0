import type { AnySql, Database } from '../db/index.ts'
import type { Holder } from './holder.ts'
import { ensureStore } from './install.ts'

/** A tuning profile in force on the server of this database for something that a process does there. */
export interface Lease {
  /** Of the journal. */
  readonly session: string
  readonly profile: string
  readonly doing: string
  readonly holder: Holder
  /** Path on the holder's host. */
  readonly journal: string
  /** UTC, ISO 8601. */
  readonly since: string
}

/** Takes it, or takes it over from a process that has died. */
export async function takeLease(db: Database, lease: Omit<Lease, 'since'>): Promise<void> {
  await ensureStore(db)
  const { session, profile, doing, journal, holder } = lease
  await db.sql`
    insert into gigarow.tune_lease (session, profile, doing, host, pid, process, journal)
    values (${session}, ${profile}, ${doing}, ${holder.host}, ${holder.pid}, ${holder.mark}, ${journal})
        on conflict (session) do update
       set doing = excluded.doing, host = excluded.host, pid = excluded.pid, process = excluded.process, since = now()`
}

/** Oldest first; none where there is no store. */
export async function readLeases(sql: AnySql): Promise<readonly Lease[]> {
  if (!(await isInstalled(sql))) return []
  const rows = await sql.unsafe<(Omit<Lease, 'holder'> & Holder)[]>(`
    select session, profile, doing, host, pid, process as mark, journal,
           to_char(since at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as since
      from gigarow.tune_lease order by tune_lease.since, session`)
  return rows.map(({ host, pid, mark, ...lease }) => ({ ...lease, holder: { host, pid, mark } }))
}

export async function dropLease(sql: AnySql, session: string): Promise<void> {
  if (!(await isInstalled(sql))) return
  await sql.unsafe('delete from gigarow.tune_lease where session = $1', [session])
}

async function isInstalled(sql: AnySql): Promise<boolean> {
  const [row] = await sql.unsafe<{ there: boolean }[]>(
    `select to_regclass('gigarow.tune_lease') is not null as there`,
  )
  return row!.there
}
