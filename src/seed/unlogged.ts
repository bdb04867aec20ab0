import type { LiveTable } from '../catalog/index.ts'
import type { AnySql } from '../db/index.ts'
import { displayName, qualified } from '../kernel/index.ts'
import type { PlannedStrips } from './plan-strips.ts'
import type { LoadTable } from './preflight.ts'
import { foreignKeyGroup, PERSISTENCE, type Strip } from './strip.ts'

interface Row {
  oid: string
  owns: boolean
  owner: string
  publication: string | null
}

const FACTS = `
  select c.oid::int8::text as oid, pg_has_role(c.relowner, 'usage') as owns, pg_get_userbyid(c.relowner)::text as owner,
         (select min(p.pubname)::text from pg_publication_tables p where p.schemaname = n.nspname and p.tablename = c.relname) as publication
    from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = any ($1::text[]::int8[]::oid[])`

/**
 * Tables that are unlogged while they are loaded: the relations that hold their rows, since a partitioned table cannot be. `gone` are the
 * groups of what is taken away: a foreign key that stays does not allow one of its tables to be unlogged and the other not.
 */
export async function planUnlogged(
  sql: AnySql,
  tables: readonly LoadTable[],
  { gone }: { gone: ReadonlySet<string> },
): Promise<PlannedStrips> {
  const oids = tables.flatMap(({ live }) => [live, ...live.leaves].map(({ oid }) => oid))
  const rows = new Map((await sql.unsafe<Row[]>(FACTS, [oids])).map((row) => [row.oid, row]))
  const strips: Strip[] = []
  const said: string[] = []
  for (const { live } of tables) {
    if (live.leaves.every((leaf) => leaf.unlogged)) continue
    const problem = problemOf(live, rows, gone)
    if (problem !== undefined) said.push(`${displayName(live)} stays logged: ${problem}.`)
    else strips.push(stripPersistence(live))
  }
  if (strips.length > 0) said.push(await explain(sql, tables, strips))
  return { strips, said }
}

function problemOf(
  live: LiveTable,
  rows: ReadonlyMap<string, Row>,
  gone: ReadonlySet<string>,
): string | undefined {
  const relations = [live, ...live.leaves].flatMap(({ oid }) => rows.get(oid) ?? [])
  const foreign = relations.find(({ owns }) => !owns)
  if (foreign !== undefined) return `it belongs to ${foreign.owner}`
  const published = relations.find(({ publication }) => publication !== null)
  if (published !== undefined)
    return `it is in publication ${published.publication}, and subscribers would never get the rows`
  const key = live.foreignKeys.find((one) => !gone.has(foreignKeyGroup(one)))
  return key === undefined ? undefined : `the foreign key ${key.name} stays on during the load`
}

/**
 * All partitions are logged again in one transaction: a crash empties what is not, and a table of which a part is gone could not
 * be told from a whole one.
 */
function stripPersistence(live: LiveTable): Strip {
  const leaves = live.leaves.filter((leaf) => !leaf.unlogged).map((leaf) => qualified(leaf))
  return {
    ...PERSISTENCE,
    table: qualified(live),
    group: `${qualified(live)} ${PERSISTENCE.name}`,
    dropSql: leaves.map((leaf) => `alter table ${leaf} set unlogged`).join('; '),
    rebuildSql: leaves.map((leaf) => `alter table if exists ${leaf} set logged`),
    definition: undefined,
    tablespace: undefined,
  }
}

async function explain(sql: AnySql, tables: readonly LoadTable[], strips: readonly Strip[]): Promise<string> {
  const [row] = await sql.unsafe<{ level: string; copies: boolean }[]>(
    `select current_setting('wal_level') as level,
            exists (select from pg_stat_replication) or exists (select from pg_replication_slots) as copies`,
  )
  const mine = new Set(strips.map(({ table }) => table))
  const lives = tables.map(({ live }) => live).filter((live) => mine.has(qualified(live)))
  const names = lives.map((live) => displayName(live)).join(', ')
  const [is, them] = lives.length === 1 ? ['is', 'it'] : ['are', 'them']
  const wal =
    row!.level === 'minimal'
      ? `wal_level is minimal: no WAL is written for the rows, then neither.${lives.some(({ kind }) => kind === 'partitioned') ? ' Partitions that are filled one by one write none without --unlogged either, and are frozen.' : ''}`
      : 'To log them again writes every table once more, with as much WAL as its rows: that saves the waiting for WAL of --filler sql and of many sessions, and no WAL.'
  const copies = row!.copies ? ' Replicas get none of the rows before that, and all at once then.' : ''
  return `${names} ${is} unlogged until all rows are there: a crash of the server before that empties ${them}, and gigarow seed --resume loads ${them} again. ${wal}${copies}`
}
