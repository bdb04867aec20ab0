import type { AnySql } from '../db/index.ts'
import { displayName, formatDuration } from '../kernel/index.ts'
import type { LoadTable } from './preflight.ts'

export interface ObstacleOptions {
  /** A transaction that has been open for less may well be over before it matters. */
  readonly longSeconds?: number
}

interface Row {
  /** Null for a prepared transaction. */
  readonly pid: number | null
  readonly gid: string | null
  readonly who: string | null
  readonly application: string | null
  readonly state: string | null
  readonly seconds: number | null
  /** Tables of the load that it has locks on. */
  readonly oids: string[] | null
}

const MOST = 5

/**
 * Who may be in the way: sessions and prepared transactions that hold locks on the tables, and transactions that have been open for long, before
 * whose end VACUUM can neither freeze what is loaded nor mark it as visible to all. A sentence each. What a role may not see is left out.
 */
export async function findObstacles(
  sql: AnySql,
  tables: readonly LoadTable[],
  { longSeconds = 60 }: ObstacleOptions = {},
): Promise<string[]> {
  const nameOf = new Map(
    tables.flatMap(({ live }) => [live, ...live.leaves].map(({ oid }) => [oid, displayName(live)] as const)),
  )
  const rows = await sql.unsafe<Row[]>(OBSTACLES, [[...nameOf.keys()], longSeconds])
  const said = rows.slice(0, MOST).map((row) => explain(row, nameOf))
  return rows.length > MOST ? [...said, `${rows.length - MOST} more transactions are open like these.`] : said
}

/** A prepared transaction's locks are told by that on its number, which has the same virtual transaction. */
const OBSTACLES = `
  with held as (
    select l.pid, t.transactionid::text as xid, array_agg(distinct l.relation::int8::text) as oids
      from pg_locks l left join pg_locks t on l.pid is null and t.pid is null and t.locktype = 'transactionid' and t.granted
                                           and t.virtualtransaction = l.virtualtransaction
     where l.locktype = 'relation' and l.granted and l.database = (select oid from pg_database where datname = current_database())
       and l.relation = any ($1::text[]::int8[]::oid[])
     group by 1, 2)
  select * from (
    select a.pid, null::text as gid, a.usename::text as who, nullif(a.application_name, '') as application, a.state,
           extract(epoch from clock_timestamp() - a.xact_start)::float8 as seconds, h.oids
      from pg_stat_activity a left join held h on h.pid = a.pid
     where a.datname = current_database() and a.pid <> pg_backend_pid() and coalesce(a.backend_type, 'client backend') = 'client backend'
       and coalesce(a.application_name, '') !~ '^gigarow seed [0-9]+$'
       and (h.pid is not null or (coalesce(a.backend_xid, a.backend_xmin) is not null and a.xact_start < clock_timestamp() - make_interval(secs => $2)))
    union all
    select null, x.gid, x.owner::text, null, null, extract(epoch from clock_timestamp() - x.prepared)::float8, h.oids
      from pg_prepared_xacts x left join held h on h.xid = x.transaction::text where x.database = current_database()) o
   order by oids is null, seconds desc nulls last`

function explain(
  { pid, gid, who, application, state, seconds, oids }: Row,
  nameOf: ReadonlyMap<string, string>,
): string {
  const details = [who, application, state === 'active' ? null : state].filter((part) => part !== null)
  const name = pid === null ? `Prepared transaction ${gid}` : `Session ${pid}`
  const named = `${name}${details.length === 0 ? '' : ` (${details.join(', ')})`}`
  const time = seconds === null ? '' : ` for ${formatDuration(Math.max(0, seconds) * 1000)}`
  const end = pid === null ? 'COMMIT PREPARED or ROLLBACK PREPARED' : 'its end'
  const tables = [...new Set((oids ?? []).map((oid) => nameOf.get(oid)!))]
  return tables.length === 0
    ? `${named} has had a transaction open${time}: before ${end} VACUUM cannot freeze the rows of the load.`
    : `${named} has had locks on ${tables.join(', ')}${time}: a load that has to wait for ${end} gives up after some seconds.`
}
