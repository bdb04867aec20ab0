import type { AnySql } from '../../db/index.ts'
import { qualified } from '../../kernel/index.ts'
import { attachments, type Dropped, droppedFrom, indexKey } from '../dropped.ts'
import type { LoadTable } from '../preflight.ts'
import { type IndexDefinition, parseIndex } from './index-definition.ts'

/** What the size of a table depends on, as the server has it. */
export interface TableFacts {
  /** In the order in which a tuple holds them; dropped ones have no name and are null. */
  readonly columns: readonly ColumnFacts[]
  readonly leaves: readonly LeafFacts[]
  /** Of all leaves. */
  readonly indexes: readonly IndexFacts[]
  readonly partitionKey: PartitionKey | undefined
}

export interface ColumnFacts {
  readonly name: string | null
  readonly length: number
  readonly align: number
}

export interface LeafFacts {
  readonly oid: string
  /** FOR VALUES …, as the table's own key has it; null for a plain table, and for a partition of a partition. */
  readonly bound: string | null
  readonly fillfactor: number
  readonly toast: boolean
  readonly logged: boolean
  /** Table, indexes and all that belongs to it, now. */
  readonly bytes: number
}

export interface PartitionKey {
  readonly strategy: 'r' | 'l' | 'h'
  /** The only column that it consists of. */
  readonly column: string
}

export interface IndexFacts {
  /** Of the index that it is attached to, where it is. */
  readonly name: string
  /** oid of the relation that it is on. */
  readonly leaf: string
  readonly method: string
  readonly unique: boolean
  /** A name for a column, null for an expression; those of INCLUDE as well. */
  readonly columns: readonly (string | null)[]
  readonly opclass: string
  readonly fillfactor: number | null
  readonly deduplicates: boolean
  readonly pagesPerRange: number
  readonly predicate: boolean
}

interface LeafRow {
  oid: string
  bound: string | null
  fillfactor: string | null
  toast: boolean
  logged: boolean
  bytes: string
}

/** `dropped`: indexes that the load is to bring back, and that the catalog therefore does not know. */
export async function readFacts(
  sql: AnySql,
  { live }: LoadTable,
  dropped: readonly Dropped[],
): Promise<TableFacts> {
  const oids = live.leaves.map((leaf) => leaf.oid)
  const columns = await sql.unsafe<{ name: string | null; length: number; align: string }[]>(COLUMNS, [
    live.oid,
  ])
  const leaves = await sql.unsafe<LeafRow[]>(LEAVES, [oids, live.oid])
  const indexes = await sql.unsafe<IndexRow[]>(INDEXES, [oids])
  const [key] = await sql.unsafe<{ strategy: PartitionKey['strategy']; column: string }[]>(PARTITION_KEY, [
    live.oid,
  ])
  return {
    columns: columns.map((c) => ({ name: c.name, length: c.length, align: ALIGN[c.align] ?? 8 })),
    leaves: leaves.map((leaf) => ({
      oid: leaf.oid,
      bound: leaf.bound,
      fillfactor: Number(leaf.fillfactor ?? 100),
      toast: leaf.toast,
      logged: leaf.logged,
      bytes: Number(leaf.bytes),
    })),
    indexes: [...indexes.map(toIndex), ...(await droppedIndexes(sql, live, dropped))],
    partitionKey: key,
  }
}

const ALIGN: Readonly<Record<string, number>> = { c: 1, s: 2, i: 4, d: 8 }

const COLUMNS = `
  select case when attisdropped then null else attname end as name, attlen::int as length, attalign::text as align
    from pg_attribute where attrelid = $1::int8::oid and attnum > 0 order by attnum`

const LEAVES = `
  select c.oid::int8::text as oid, case when exists (select from pg_inherits where inhrelid = c.oid and inhparent = $2::int8::oid) then pg_get_expr(c.relpartbound, c.oid) end as bound,
         (select option_value from pg_options_to_table(c.reloptions) where option_name = 'fillfactor') as fillfactor,
         c.reltoastrelid <> 0 as toast, c.relpersistence = 'p' as logged, pg_total_relation_size(c.oid)::text as bytes
    from pg_class c where c.oid = any ($1::text[]::int8[]::oid[]) order by c.oid`

interface IndexRow {
  name: string
  leaf: string
  method: string
  unique: boolean
  columns: (string | null)[]
  opclass: string
  options: Record<string, string> | null
  all_equal_image: boolean
  predicate: boolean
}

/** Of a type and a collation: numeric, floating and jsonb values that are equal may look different. Such keys are not deduplicated. */
const UNEQUAL_IMAGE = `(t.typname in ('numeric', 'float4', 'float8', 'jsonb') or t.typtype in ('c', 'r') or t.typelem <> 0 and t.typlen = -1
              or not coalesce(l.collisdeterministic, true))`

const INDEXES = `
  select coalesce((select p.relname from pg_inherits h join pg_class p on p.oid = h.inhparent where h.inhrelid = i.indexrelid), ic.relname) as name,
         i.indrelid::int8::text as leaf, am.amname as method, i.indisunique as "unique", o.opcname as opclass,
         array(select a.attname from unnest(i.indkey::int2[]) with ordinality k (num, place)
                 left join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.num and k.num > 0 order by k.place) as columns,
         (select jsonb_object_agg(option_name, option_value) from pg_options_to_table(ic.reloptions)) as options,
         i.indnatts = i.indnkeyatts and not exists (
           select from pg_attribute a join pg_type t on t.oid = a.atttypid left join pg_collation l on l.oid = a.attcollation
            where a.attrelid = ic.oid and ${UNEQUAL_IMAGE}) as all_equal_image,
         i.indpred is not null as predicate
    from pg_index i join pg_class ic on ic.oid = i.indexrelid join pg_am am on am.oid = ic.relam
    join pg_opclass o on o.oid = (i.indclass::oid[])[0]
   where i.indrelid = any ($1::text[]::int8[]::oid[]) and i.indisvalid order by i.indexrelid`

const PARTITION_KEY = `
  select p.partstrat::text as strategy, a.attname as column
    from pg_partitioned_table p join pg_attribute a on a.attrelid = p.partrelid and a.attnum = (p.partattrs::int2[])[0]
   where p.partrelid = $1::int8::oid and p.partnatts = 1`

function toIndex({ options, all_equal_image, ...row }: IndexRow): IndexFacts {
  return {
    name: row.name,
    leaf: row.leaf,
    method: row.method,
    unique: row.unique,
    columns: row.columns,
    opclass: row.opclass,
    fillfactor: options?.fillfactor === undefined ? null : Number(options.fillfactor),
    deduplicates: all_equal_image && options?.deduplicate_items !== 'off',
    pagesPerRange: Number(options?.pages_per_range ?? 128),
    predicate: row.predicate,
  }
}

const EQUAL_COLUMNS = `
  select a.attname as name from pg_attribute a join pg_type t on t.oid = a.atttypid left join pg_collation l on l.oid = a.attcollation
   where a.attrelid = $1::int8::oid and a.attnum > 0 and not a.attisdropped and not ${UNEQUAL_IMAGE}`

async function droppedIndexes(
  sql: AnySql,
  live: LoadTable['live'],
  dropped: readonly Dropped[],
): Promise<IndexFacts[]> {
  const gone = droppedFrom(live, dropped)
  if (gone.length === 0) return []
  const columns = await sql.unsafe<{ name: string }[]>(EQUAL_COLUMNS, [live.oid])
  const equal = new Set(columns.map(({ name }) => name))
  const leaves = new Map(live.leaves.map((leaf) => [qualified(leaf), leaf.oid]))
  const parents = attachments(dropped)
  return gone.flatMap((row) => {
    const leaf = leaves.get(row.table)
    const parsed = leaf === undefined || isIndexTwice(row) ? undefined : parseIndex(row.definition)
    if (leaf === undefined || parsed === undefined) return []
    return [{ name: parents.get(indexKey(row)) ?? row.name, leaf, ...factsOf(parsed, equal) }]
  })
}

/** A key is in the journal as an index and as a constraint; what is made as an exclusion constraint is, as that alone. */
function isIndexTwice({ kind, definition }: Dropped): boolean {
  return (
    kind === 'constraint' && !definition.startsWith('EXCLUDE') && !definition.includes(' WITHOUT OVERLAPS)')
  )
}

function factsOf(
  { method, unique, keys, included, opclass, options, predicate }: IndexDefinition,
  equal: ReadonlySet<string>,
): Omit<IndexFacts, 'name' | 'leaf'> {
  const allEqual = included.length === 0 && keys.every((key) => key !== null && equal.has(key))
  return {
    method,
    unique,
    columns: [...keys, ...included],
    opclass: opclass ?? '',
    fillfactor: options.fillfactor === undefined ? null : Number(options.fillfactor),
    deduplicates: allEqual && options.deduplicate_items !== 'off',
    pagesPerRange: Number(options.pages_per_range ?? 128),
    predicate,
  }
}
