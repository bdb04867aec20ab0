import { errorCodeOf, type ReservedSql, SQLSTATE } from '../db/index.ts'
import { displayName, GigarowError, ident, literal, type QualifiedName, qualified } from '../kernel/index.ts'
import { droppedNames, type SqlNode } from '../sql/index.ts'

/** Schemas that hold what was to be dropped. Neither drift nor diff looks into them. */
const QUARANTINE_PREFIX = 'gigarow_quarantine_'

/** A table that was moved instead of dropped. */
export interface Quarantined {
  /** As people write it. */
  readonly table: string
  /** The schema where it is now, under its own name. */
  readonly schema: string
}

/**
 * DROP TABLE without losing a row: tables that hold rows, with their partitions, go into a schema of their own under their own names, so
 * that the names are free again, those of indexes as well; the others are dropped. Undefined: nothing of it holds rows, and nothing was
 * done. Runs in a transaction. What a DROP refuses, this does.
 *
 * @throws REFUSED where CASCADE would take something along that is no part of the tables
 */
export async function quarantine(
  session: ReservedSql,
  node: SqlNode,
): Promise<readonly Quarantined[] | undefined> {
  const names = droppedNames(node, 'OBJECT_TABLE')
  if (names.length === 0 || !('DropStmt' in node)) return undefined
  const tables = await readTables(session, names)
  const holding: Table[] = []
  for (const table of tables) if (await holdsRows(session, table)) holding.push(table)
  if (holding.length === 0) return undefined
  const cascades = node.DropStmt.behavior === 'DROP_CASCADE'
  await tryDrop(session, { tables, cascades })
  for (const table of holding) await takeOut(session, table)
  const rest = tables.filter((table) => !holding.includes(table))
  if (rest.length > 0) await session.unsafe(`drop table ${rest.map(qualified).join(', ')}`)
  return holding.map((table) => ({ table: displayName(table), schema: table.to }))
}

interface Table extends QualifiedName {
  readonly oid: number
  /** The schema that it would go to. */
  readonly to: string
}

function readTables(session: ReservedSql, names: readonly string[]): Promise<readonly Table[]> {
  return session<Table[]>`
    select c.oid::int8::float8 as oid, n.nspname as schema, c.relname as name,
           left(${QUARANTINE_PREFIX} || to_char(now() at time zone 'UTC', 'YYYYMMDD_HH24MISS_MS_') || n.nspname, 63) as to
      from unnest(${names}::text[]) with ordinality as given (name, place)
           join pg_class c on c.oid = to_regclass(given.name) join pg_namespace n on n.oid = c.relnamespace
     order by given.place`
}

async function holdsRows(session: ReservedSql, table: Table): Promise<boolean> {
  await session.unsafe(`lock table ${qualified(table)} in access exclusive mode`)
  const [row] = await session.unsafe<{ rows: boolean }[]>(
    `select exists (select from ${qualified(table)}) as rows`,
  )
  return row!.rows
}

/** Whether the server would drop them, and only them: views and keys of others must not be left pointing at what was moved. */
async function tryDrop(
  session: ReservedSql,
  { tables, cascades }: { readonly tables: readonly Table[]; readonly cascades: boolean },
): Promise<void> {
  await session.unsafe('savepoint gigarow_trial')
  try {
    await session.unsafe(`drop table ${tables.map(qualified).join(', ')} restrict`)
  } catch (error) {
    if (!cascades || errorCodeOf(error) !== SQLSTATE.DEPENDENT_OBJECTS) throw error
    const { detail = '' } = error as { readonly detail?: string }
    throw new GigarowError(
      'REFUSED',
      `CASCADE would drop more than ${tables.map(displayName).join(', ')}, and moving them would not: ${detail.replaceAll('\n', '; ')}.`,
      {
        facts: { tables: tables.map(displayName) },
        hint: 'Drop what depends on them in down.sql, before them and without CASCADE.',
      },
    )
  }
  await session.unsafe('rollback to savepoint gigarow_trial')
}

async function takeOut(session: ReservedSql, table: Table): Promise<void> {
  await detach(session, table)
  const tree = await treeOf(session, table)
  const lost = await takeOff(
    session,
    tree.map(({ oid }) => oid),
  )
  for (const { schema, name, to } of tree) {
    await session.unsafe(`create schema if not exists ${ident(to)}`)
    await session.unsafe(`alter table ${ident(schema, name)} set schema ${ident(to)}`)
  }
  await moveStatistics(session, tree)
  const [old] = await session<{ text: string | null; at: string }[]>`
    select obj_description(${table.oid}::oid, 'pg_class') as text, now()::text as at`
  const note = [
    ...(old!.text === null ? [] : [old!.text]),
    `Was ${qualified(table)} until ${old!.at}; moved here by gigarow migrate down.`,
    ...lost,
  ]
  await session.unsafe(`comment on table ${ident(table.to, table.name)} is ${literal(note.join('\n'))}`)
}

/** A partition whose parent stays. */
async function detach(session: ReservedSql, table: Table): Promise<void> {
  const [parent] = await session<{ name: string }[]>`
    select format('%I.%I', n.nspname, c.relname) as name
      from pg_inherits i join pg_class c on c.oid = i.inhparent join pg_namespace n on n.oid = c.relnamespace
     where i.inhrelid = ${table.oid} and c.relkind = 'p'`
  if (parent) await session.unsafe(`alter table ${parent.name} detach partition ${qualified(table)}`)
}

function treeOf(session: ReservedSql, { oid, to, schema }: Table): Promise<readonly Table[]> {
  const prefix = to.slice(0, to.length - schema.length)
  return session<Table[]>`
    select c.oid::int8::float8 as oid, n.nspname as schema, c.relname as name, left(${prefix} || n.nspname, 63) as to
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.oid = ${oid} or c.oid in (select relid from pg_partition_tree(${oid}::oid::regclass))`
}

/** What would act on others, or keep them from being dropped: foreign keys to tables that stay, and triggers. As statements, to be noted. */
async function takeOff(session: ReservedSql, oids: readonly number[]): Promise<readonly string[]> {
  const found = await session<{ drop: string; define: string }[]>`
    select format('alter table %s drop constraint %I', conrelid::regclass, conname) as drop,
           format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) as define
      from pg_constraint
     where contype = 'f' and conparentid = 0 and conrelid = any (${oids}::oid[]) and not confrelid = any (${oids}::oid[])
     union all
    select format('drop trigger %I on %s', tgname, tgrelid::regclass), pg_get_triggerdef(oid)
      from pg_trigger where not tgisinternal and tgparentid = 0 and tgrelid = any (${oids}::oid[])`
  for (const { drop } of found) await session.unsafe(drop)
  return found.map(({ define }) => `It had: ${define}`)
}

/** They have a schema of their own, and their names have to be free, too. */
async function moveStatistics(session: ReservedSql, tree: readonly Table[]): Promise<void> {
  for (const { oid, to } of tree) {
    const rows = await session<QualifiedName[]>`
      select n.nspname as schema, stxname as name
        from pg_statistic_ext s join pg_namespace n on n.oid = s.stxnamespace where stxrelid = ${oid}`
    for (const row of rows) await session.unsafe(`alter statistics ${qualified(row)} set schema ${ident(to)}`)
  }
}
