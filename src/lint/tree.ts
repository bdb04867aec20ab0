import type { QualifiedName } from '../kernel/index.ts'
import { relationName, type SqlNode } from '../sql/index.ts'

type KeysOf<T> = T extends unknown ? keyof T : never
export type NodeKind = KeysOf<SqlNode>
/** The body of a node of PostgreSQL's parser: Node<'IndexStmt'>. */
export type Node<K extends NodeKind> = Extract<SqlNode, Record<K, unknown>>[K]
export type RangeVar = Node<'RangeVar'>
export type ColumnDef = Node<'ColumnDef'>
export type ConstraintNode = Node<'Constraint'>
export type AlterCmd = Node<'AlterTableCmd'>
export type TypeName = NonNullable<ColumnDef['typeName']>

export function strings(nodes: readonly SqlNode[] | undefined): readonly string[] {
  return (nodes ?? []).flatMap((n) => ('String' in n ? [n.String.sval ?? ''] : []))
}

/** Of a list of name parts: the last two. */
export function nameOf(nodes: readonly SqlNode[] | undefined): QualifiedName {
  const parts = strings(nodes)
  return { schema: parts.at(-2) ?? 'public', name: parts.at(-1) ?? '' }
}

export function relationsOf(nodes: readonly SqlNode[] | undefined): readonly QualifiedName[] {
  return (nodes ?? []).flatMap((n) => ('RangeVar' in n ? [relationName(n.RangeVar)] : []))
}

export function commandsOf(alter: Node<'AlterTableStmt'>): readonly AlterCmd[] {
  return (alter.cmds ?? []).flatMap((c) => ('AlterTableCmd' in c ? [c.AlterTableCmd] : []))
}

export function constraintOf(cmd: AlterCmd): ConstraintNode | undefined {
  return cmd.def !== undefined && 'Constraint' in cmd.def ? cmd.def.Constraint : undefined
}

export function columnOf(cmd: AlterCmd): ColumnDef | undefined {
  return cmd.def !== undefined && 'ColumnDef' in cmd.def ? cmd.def.ColumnDef : undefined
}

export function partitionOf(cmd: AlterCmd): Node<'PartitionCmd'> | undefined {
  return cmd.def !== undefined && 'PartitionCmd' in cmd.def ? cmd.def.PartitionCmd : undefined
}

export function constraintsOf(column: ColumnDef): readonly ConstraintNode[] {
  return (column.constraints ?? []).flatMap((c) => ('Constraint' in c ? [c.Constraint] : []))
}

export function hasOption(options: readonly SqlNode[] | undefined, name: string): boolean {
  return (options ?? []).some((o) => 'DefElem' in o && o.DefElem.defname === name)
}

/** Every node of a kind in a tree, whatever holds it. */
export function find<K extends NodeKind>(tree: unknown, kind: K): readonly Node<K>[] {
  if (Array.isArray(tree)) return tree.flatMap((item) => find(item, kind))
  if (typeof tree !== 'object' || tree === null) return []
  return Object.entries(tree).flatMap(([key, value]) => [
    ...(key === kind ? [value as Node<K>] : []),
    ...find(value, kind),
  ])
}

/** The columns that an expression names, without the tables before them. */
export function columnsIn(tree: unknown): readonly string[] {
  return find(tree, 'ColumnRef').map((ref) => strings(ref.fields).at(-1) ?? '')
}

/** The column of a plain `c IS NOT NULL`, also as one of several conditions with AND. */
export function notNullColumns(expression: SqlNode | undefined): readonly string[] {
  if (expression === undefined) return []
  if ('NullTest' in expression) {
    const { arg, nulltesttype } = expression.NullTest
    return nulltesttype === 'IS_NOT_NULL' && arg !== undefined && 'ColumnRef' in arg ? columnsIn(arg) : []
  }
  if ('BoolExpr' in expression && expression.BoolExpr.boolop === 'AND_EXPR')
    return (expression.BoolExpr.args ?? []).flatMap(notNullColumns)
  return []
}
