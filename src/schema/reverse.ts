import { ident, qualified } from '../kernel/index.ts'
import { relationName, type SqlNode } from '../sql/index.ts'
import type { Before } from './hazards.ts'

/** What takes a statement back, read off its tree; undefined where that cannot be known from it. */
export function reverseOf(node: SqlNode, before: Before): readonly string[] | undefined {
  if ('CreateStmt' in node) return [`DROP TABLE ${qualified(relationName(node.CreateStmt.relation))}`]
  if ('IndexStmt' in node) {
    const table = relationName(node.IndexStmt.relation)
    if (!before.exists(table)) return []
    return node.IndexStmt.idxname === undefined
      ? undefined
      : [
          `DROP INDEX ${node.IndexStmt.concurrent ? 'CONCURRENTLY ' : ''}${ident(table.schema, node.IndexStmt.idxname)}`,
        ]
  }
  if ('CreateSchemaStmt' in node) return [`DROP SCHEMA ${ident(node.CreateSchemaStmt.schemaname ?? '')}`]
  if ('CreateSeqStmt' in node)
    return [`DROP SEQUENCE ${qualified(relationName(node.CreateSeqStmt.sequence))}`]
  if ('ViewStmt' in node) return [`DROP VIEW ${qualified(relationName(node.ViewStmt.view))}`]
  if ('CreateTableAsStmt' in node)
    return [`DROP MATERIALIZED VIEW ${qualified(relationName(node.CreateTableAsStmt.into?.rel))}`]
  if ('CreateEnumStmt' in node) return [`DROP TYPE ${typeNameOf(node.CreateEnumStmt.typeName)}`]
  if ('AlterTableStmt' in node) return reverseAlter(node.AlterTableStmt)
  return undefined
}

function typeNameOf(parts: readonly SqlNode[] = []): string {
  return ident(...parts.map((part) => ('String' in part ? (part.String.sval ?? '') : '')))
}

function reverseAlter(
  alter: Extract<SqlNode, { AlterTableStmt: unknown }>['AlterTableStmt'],
): readonly string[] | undefined {
  const table = `ALTER TABLE ${qualified(relationName(alter.relation))}`
  const reversed: string[] = []
  for (const cmd of alter.cmds ?? []) {
    const one = 'AlterTableCmd' in cmd ? reverseCommand(cmd.AlterTableCmd) : undefined
    if (one === undefined) return undefined
    reversed.unshift(`${table} ${one}`)
  }
  return reversed
}

function reverseCommand(
  cmd: Extract<SqlNode, { AlterTableCmd: unknown }>['AlterTableCmd'],
): string | undefined {
  if (cmd.subtype === 'AT_AddColumn' && cmd.def && 'ColumnDef' in cmd.def) {
    return `DROP COLUMN ${ident(cmd.def.ColumnDef.colname ?? '')}`
  }
  if (
    cmd.subtype === 'AT_AddConstraint' &&
    cmd.def &&
    'Constraint' in cmd.def &&
    cmd.def.Constraint.conname
  ) {
    return `DROP CONSTRAINT ${ident(cmd.def.Constraint.conname)}`
  }
  if (cmd.subtype === 'AT_SetNotNull') return `ALTER COLUMN ${ident(cmd.name ?? '')} DROP NOT NULL`
  return undefined
}
