import { type Database, tryAdvisoryLock } from '../db/index.ts'
import { displayName, GigarowError, type QualifiedName, qualified } from '../kernel/index.ts'
import { loading } from './exclusively.ts'

interface OpenLoad {
  readonly id: string
  readonly profile: string
  readonly started: string
  /** It adds rows to others. */
  readonly appends: boolean
  /** Something of the table is away; else only its rows are not all there yet. */
  readonly away: boolean
}

/**
 * A load of gigarow seed that died has left its tables without keys, foreign keys and triggers: rows that break them would go in. Neither is
 * a table for others whose rows are not all there yet. One that was made anew since then, whole and empty, is. Throws SEED_UNFINISHED, and
 * IMPORT_BUSY while it works.
 */
export async function refuseStripped(
  db: Database,
  { table, oid }: { readonly table: QualifiedName; readonly oid: string },
): Promise<void> {
  const [ledger] = await db.sql.unsafe<{ there: boolean }[]>(
    "select coalesce(has_table_privilege(to_regclass('gigarow.seed_run'), 'select'), false) as there",
  )
  if (!ledger!.there) return
  const [load] = await db.sql.unsafe<OpenLoad[]>(OPEN_LOAD, [oid])
  if (load === undefined || !(load.away || (await holdsRows(db, table)))) return
  await tryAdvisoryLock(
    db,
    { shared: 'seed' },
    async () => {
      throw unfinished(load, displayName(table))
    },
    (holder) => {
      throw loading(holder)
    },
  )
}

async function holdsRows({ sql }: Database, table: QualifiedName): Promise<boolean> {
  const [row] = await sql.unsafe<{ holds: boolean }[]>(
    `select exists (select from ${qualified(table)}) as holds`,
  )
  return row!.holds
}

function unfinished({ id, profile, started, appends }: OpenLoad, table: string): GigarowError {
  return new GigarowError(
    'SEED_UNFINISHED',
    `Load ${id} of profile ${profile}, of ${started}, stopped and is not finished with ${table}: keys, indexes and triggers may be away.`,
    {
      facts: { run: Number(id), profile, table },
      hint: appends
        ? 'Finish it first: gigarow seed --resume.'
        : `Finish it first: gigarow seed --resume. Or load anew: gigarow seed --profile ${profile} --truncate.`,
    },
  )
}

/**
 * $1 oid of a table; what is away from its partitions and from what it is a partition of counts, too. A load that only has to be verified
 * has put everything back.
 */
const OPEN_LOAD = `
  with related as (
    select format('"%s"."%s"', replace(n.nspname, '"', '""'), replace(c.relname, '"', '""')) as name
      from (select $1::int8::oid as relid
            union select relid from pg_partition_tree($1::int8::oid::regclass)
            union select relid from pg_partition_ancestors($1::int8::oid::regclass)) t
      join pg_class c on c.oid = t.relid join pg_namespace n on n.oid = c.relnamespace)
  select * from (
    select id::text, profile, to_char(started_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"') as started, plan ? 'append' as appends,
           exists (select from gigarow.seed_dropped d
                    where d.run_id = r.id and d.rebuilt_at is null and d.table_name in (select name from related)
                      and case d.kind when 'setting' then d.name <> 'autovacuum_enabled'
                               when 'constraint' then not exists (select from pg_constraint where conrelid = to_regclass(d.table_name) and conname = d.name)
                               else not exists (select from pg_index i join pg_class c on c.oid = i.indexrelid
                                                 where i.indrelid = to_regclass(d.table_name) and c.relname = d.name) end) as away,
           state in ('loading', 'finishing')
             and exists (select from gigarow.seed_chunk c where c.run_id = r.id and c.table_name in (select name from related)) as filling
      from gigarow.seed_run r where state not in ('done', 'abandoned')) open
   where away or filling
   order by away desc, id::int8 desc limit 1`
