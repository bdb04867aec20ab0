import type { AnySql } from '../db/index.ts'
import { displayName, GigarowError, ident, type QualifiedName, qualified } from '../kernel/index.ts'
import { droppedNames, type FileStatement, type SqlNode, writtenName } from '../sql/index.ts'

/** Rows or values that a statement would take away. `table`: quoted, as the statement writes it. */
export type Loss =
  | { readonly kind: 'table'; readonly table: string }
  | { readonly kind: 'column'; readonly table: string; readonly column: string }
  | { readonly kind: 'schema'; readonly schema: string }

/** What a statement takes away, if there is anything in it: DROP TABLE, DROP COLUMN, TRUNCATE, DROP SCHEMA. */
export function lossesOf(node: SqlNode): readonly Loss[] {
  if ('TruncateStmt' in node) {
    return (node.TruncateStmt.relations ?? []).flatMap((r) =>
      'RangeVar' in r ? [{ kind: 'table', table: writtenName(r.RangeVar) } as const] : [],
    )
  }
  if ('AlterTableStmt' in node) {
    const table = writtenName(node.AlterTableStmt.relation)
    return (node.AlterTableStmt.cmds ?? []).flatMap((cmd) =>
      'AlterTableCmd' in cmd && cmd.AlterTableCmd.subtype === 'AT_DropColumn'
        ? [{ kind: 'column', table, column: cmd.AlterTableCmd.name ?? '' } as const]
        : [],
    )
  }
  if ('DropStmt' in node && node.DropStmt.removeType === 'OBJECT_SCHEMA') {
    return (node.DropStmt.objects ?? []).flatMap((o) =>
      'String' in o ? [{ kind: 'schema', schema: o.String.sval ?? '' } as const] : [],
    )
  }
  return droppedNames(node, 'OBJECT_TABLE').map((table) => ({ kind: 'table', table }))
}

export function dropsTables(node: SqlNode): boolean {
  return droppedNames(node, 'OBJECT_TABLE').length > 0
}

/**
 * Throws REFUSED, naming the tables, when statements would take rows away. Inside of a transaction `lock` keeps writers
 * out from the look to the drop.
 */
export async function refuseDataLoss(
  sql: AnySql,
  statements: readonly FileStatement[],
  { lock }: { readonly lock: boolean },
): Promise<void> {
  const holding: string[] = []
  let isTable = false
  for (const loss of statements.flatMap(({ node }) => lossesOf(node))) {
    const found = await findData(sql, loss, lock)
    holding.push(...found)
    if (found.length > 0 && loss.kind !== 'column') isTable = true
  }
  if (holding.length === 0) return
  const names = [...new Set(holding)]
  throw new GigarowError(
    'REFUSED',
    `This would drop what is in ${names.join(', ')}: ${names.length === 1 ? 'it is' : 'they are'} not empty.`,
    {
      facts: { tables: names },
      hint: `Nothing was changed. ${isTable ? '--quarantine moves tables aside instead of dropping them; ' : ''}--allow-data-loss drops what is in ${names.length === 1 ? 'it' : 'them'}.`,
    },
  )
}

async function findData(sql: AnySql, loss: Loss, lock: boolean): Promise<readonly string[]> {
  if (loss.kind === 'schema') {
    const tables = await sql<{ name: string }[]>`
      select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = ${loss.schema} and c.relkind in ('r', 'p') and not c.relispartition order by 1`
    const found: string[] = []
    for (const { name } of tables) {
      found.push(...(await findData(sql, { kind: 'table', table: ident(loss.schema, name) }, lock)))
    }
    return found
  }
  const column = loss.kind === 'column' ? loss.column : null
  const [table] = await sql<QualifiedName[]>`
    select n.nspname as schema, c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.oid = to_regclass(${loss.table})
       and (${column}::text is null
            or exists (select from pg_attribute where attrelid = c.oid and attname = ${column}))`
  if (table === undefined) return []
  const name = qualified(table)
  if (lock) await sql.unsafe(`lock table ${name} in share row exclusive mode`)
  const where = column === null ? '' : ` where ${ident(column)} is not null`
  const [row] = await sql.unsafe<{ rows: boolean }[]>(`select exists (select from ${name}${where}) as rows`)
  return row!.rows ? [column === null ? displayName(table) : `${displayName(table)}.${column}`] : []
}
