import type { AnySql } from '../db/index.ts'
import { GigarowError, ident } from '../kernel/index.ts'
import { droppedNames, type SqlNode, writtenName } from '../sql/index.ts'

/** What was found before a statement that runs outside of a transaction. */
export interface Recovery {
  /** The statement has been carried out by the interrupted run. */
  readonly done: boolean
  readonly what: string
  /** What has to be run to that end, before anything else; `transaction`: with a short wait for its locks. */
  readonly sql?: string
  readonly transaction?: boolean
}

/**
 * A statement outside of a transaction may have been interrupted half way, or carried out without being written down.
 * Looks, and says what clears an unfinished index away and whether there is still something to do. `begun`: the journal has it.
 */
export async function recoverStep(
  sql: AnySql,
  node: SqlNode,
  { begun }: { readonly begun: boolean },
): Promise<Recovery | undefined> {
  if ('IndexStmt' in node) return recoverIndex(sql, node.IndexStmt, begun)
  if (!begun) return undefined
  if ('DropStmt' in node) return recoverDrop(sql, node)
  if ('AlterTableStmt' in node) return recoverDetach(sql, node.AlterTableStmt)
  if ('AlterEnumStmt' in node) return recoverEnumValue(sql, node.AlterEnumStmt)
  return undefined
}

type Stmt<K extends string> = Extract<SqlNode, Record<K, unknown>> extends Record<K, infer S> ? S : never

async function recoverIndex(
  sql: AnySql,
  index: Stmt<'IndexStmt'>,
  begun: boolean,
): Promise<Recovery | undefined> {
  // An index carries no schema: it lives where its table lives.
  const [found] = await sql<
    { schema: string; index: string; valid: boolean; sameTable: boolean; builder: number | null }[]
  >`
    select n.nspname as schema, c.relname as index, i.indisvalid as valid, i.indrelid = t.oid as "sameTable",
           (select p.pid from pg_stat_progress_create_index p where p.index_relid = i.indexrelid) as builder
      from pg_class t join pg_namespace n on n.oid = t.relnamespace
           join pg_class c on c.relnamespace = t.relnamespace and c.relname = ${index.idxname ?? ''}::text::name
           join pg_index i on i.indexrelid = c.oid
     where t.oid = to_regclass(${writtenName(index.relation)})`
  if (found === undefined) return undefined
  const name = ident(found.schema, found.index)
  // Of another table: not ours to drop; the server will say that the name is taken.
  if (!found.sameTable) return undefined
  if (found.valid) return begun ? { done: true, what: `${name} is already there` } : undefined
  if (found.builder !== null) {
    throw new GigarowError(
      'MIGRATION_FAILED',
      `The index ${name} is being built by process ${found.builder}.`,
      {
        facts: { index: name, pid: found.builder },
        hint: 'Wait until it is done (pg_stat_progress_create_index), then run the same command again.',
      },
    )
  }
  // CREATE INDEX … IF NOT EXISTS would take an unfinished index for a good one.
  return {
    done: false,
    what: `dropped the unfinished index ${name}`,
    sql: `drop index concurrently if exists ${name}`,
  }
}

async function recoverDrop(sql: AnySql, node: SqlNode): Promise<Recovery | undefined> {
  const names = droppedNames(node, 'OBJECT_INDEX')
  if (names.length === 0) return undefined
  const [left] = await sql<{ count: number }[]>`
    select count(to_regclass(name))::int as count from unnest(${names}::text[]) as name`
  return left!.count === 0 ? { done: true, what: `${names.join(', ')} is already dropped` } : undefined
}

async function recoverDetach(sql: AnySql, alter: Stmt<'AlterTableStmt'>): Promise<Recovery | undefined> {
  const [cmd] = alter.cmds ?? []
  const def = cmd && 'AlterTableCmd' in cmd ? cmd.AlterTableCmd.def : undefined
  if (def === undefined || !('PartitionCmd' in def)) return undefined
  const [parent, leaf] = [alter.relation, def.PartitionCmd.name].map(writtenName)
  const [child] = await sql<{ pending: boolean }[]>`
    select inhdetachpending as pending from pg_inherits
     where inhrelid = to_regclass(${leaf!}) and inhparent = to_regclass(${parent!})`
  if (child === undefined) return { done: true, what: `${leaf} is already detached` }
  if (!child.pending) return undefined
  return {
    done: true,
    what: `finished detaching ${leaf}`,
    // It keeps everybody out of the partition while it waits for old snapshots.
    sql: `alter table ${parent} detach partition ${leaf} finalize`,
    transaction: true,
  }
}

async function recoverEnumValue(
  sql: AnySql,
  { typeName = [], newVal = '' }: Stmt<'AlterEnumStmt'>,
): Promise<Recovery | undefined> {
  const type = ident(...typeName.map((part) => ('String' in part ? (part.String.sval ?? '') : '')))
  const [found] = await sql<{ there: boolean }[]>`
    select exists (select from pg_enum where enumtypid = to_regtype(${type}) and enumlabel = ${newVal}) as there`
  return found!.there ? { done: true, what: `${type} already has '${newVal}'` } : undefined
}
