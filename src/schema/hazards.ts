import { displayName, type Hazard, type QualifiedName } from '../kernel/index.ts'
import { relationName, type SqlNode } from '../sql/index.ts'

/** What the tables were before the statement. */
export interface Before {
  exists(table: QualifiedName): boolean
  isPartitioned(table: QualifiedName): boolean
  /** The table that an index belongs to. */
  tableOfIndex(index: QualifiedName): QualifiedName | undefined
}

type AlterTable = Extract<SqlNode, { AlterTableStmt: unknown }>['AlterTableStmt']
type AlterCmd = Extract<SqlNode, { AlterTableCmd: unknown }>['AlterTableCmd']

/** The danger of a statement that drizzle-kit made; undefined for those that are over in a moment and lose nothing. */
export function hazardOf(node: SqlNode, before: Before): Hazard | undefined {
  if ('DropStmt' in node) return dropHazard(node.DropStmt)
  if ('IndexStmt' in node) return indexHazard(relationName(node.IndexStmt.relation), before)
  if ('AlterTableStmt' in node) return alterHazard(node.AlterTableStmt, before)
  return undefined
}

function dropHazard(drop: Extract<SqlNode, { DropStmt: unknown }>['DropStmt']): Hazard | undefined {
  const what = { OBJECT_TABLE: 'table', OBJECT_MATVIEW: 'materialized view', OBJECT_SEQUENCE: 'sequence' }
  const kind = what[drop.removeType as keyof typeof what]
  if (kind === undefined) return undefined
  const names = (drop.objects ?? []).map((object) => listName(object))
  return { kind: 'drop', text: `drops the ${kind} ${names.join(', ')} with all that is in it` }
}

function listName(object: SqlNode): string {
  const items = 'List' in object ? (object.List.items ?? []) : []
  const parts = items.map((item) => ('String' in item ? (item.String.sval ?? '') : ''))
  return displayName({ schema: parts.at(-2) ?? 'public', name: parts.at(-1) ?? '' })
}

function indexHazard(table: QualifiedName, before: Before): Hazard | undefined {
  if (!before.exists(table) || !before.isPartitioned(table)) return undefined
  const name = displayName(table)
  return {
    kind: 'never',
    text: `adds an index to ${name}, which is partitioned: PostgreSQL cannot do that concurrently in one statement, and otherwise writes wait until every partition is indexed. Instead: CREATE INDEX … ON ONLY ${name}, then for each partition CREATE INDEX CONCURRENTLY and ALTER INDEX … ATTACH PARTITION`,
  }
}

function alterHazard(alter: AlterTable, before: Before): Hazard | undefined {
  const table = relationName(alter.relation)
  if (alter.objtype !== 'OBJECT_TABLE' || !before.exists(table)) return undefined
  for (const cmd of alter.cmds ?? []) {
    const hazard = 'AlterTableCmd' in cmd ? commandHazard(cmd.AlterTableCmd, displayName(table)) : undefined
    if (hazard !== undefined) return hazard
  }
  return undefined
}

function commandHazard(cmd: AlterCmd, table: string): Hazard | undefined {
  const lock = (text: string): Hazard => ({ kind: 'lock', text })
  switch (cmd.subtype) {
    case 'AT_DropColumn':
      return { kind: 'drop', text: `drops the column ${table}.${cmd.name} with all that is in it` }
    case 'AT_SetNotNull':
      return lock(
        `sets ${table}.${cmd.name} NOT NULL: nobody reads or writes ${table} while every row is checked. Instead: CHECK (${cmd.name} IS NOT NULL) NOT VALID, VALIDATE CONSTRAINT, then SET NOT NULL`,
      )
    case 'AT_AlterColumnType':
      return lock(
        `changes the type of ${table}.${cmd.name}: as a rule the whole table is written anew, and nobody reads or writes it meanwhile. Instead: a new column, filled in batches`,
      )
    case 'AT_AddConstraint':
      return lock(
        `adds a constraint to ${table}: writes wait while every row is checked. Instead: CREATE UNIQUE INDEX CONCURRENTLY and ADD … USING INDEX, or ADD … NOT VALID and VALIDATE CONSTRAINT in a later migration`,
      )
    case 'AT_AddColumn':
      return addColumnHazard(cmd, table)
    default:
      return undefined
  }
}

/** Defaults that are the same for every row cost nothing: they are kept in the catalog. */
const STABLE_DEFAULTS = new Set(['now', 'current_timestamp', 'transaction_timestamp'])

function addColumnHazard(cmd: AlterCmd, table: string): Hazard | undefined {
  if (cmd.def === undefined || !('ColumnDef' in cmd.def)) return undefined
  const { colname, typeName, constraints = [] } = cmd.def.ColumnDef
  const type = typeName?.names?.at(-1)
  const serial = type !== undefined && 'String' in type && /serial$/.test(type.String.sval ?? '')
  const rewrites = constraints.some((c) => {
    if (!('Constraint' in c)) return false
    const { contype, raw_expr } = c.Constraint
    if (contype === 'CONSTR_DEFAULT') return raw_expr !== undefined && callsFunction(raw_expr)
    return contype !== 'CONSTR_NOTNULL' && contype !== 'CONSTR_NULL'
  })
  if (!serial && !rewrites) return undefined
  return {
    kind: 'lock',
    text: `adds ${table}.${colname} with a value for every row, or with a rule that every row is checked against: nobody reads or writes ${table} meanwhile. Instead: add it empty, fill it in batches, then add the default or the rule`,
  }
}

function callsFunction(expression: SqlNode): boolean {
  if ('TypeCast' in expression)
    return expression.TypeCast.arg !== undefined && callsFunction(expression.TypeCast.arg)
  if (!('FuncCall' in expression)) return false
  const name = expression.FuncCall.funcname?.at(-1)
  return !(name !== undefined && 'String' in name && STABLE_DEFAULTS.has(name.String.sval ?? ''))
}
