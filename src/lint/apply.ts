import { displayName, type QualifiedName } from '../kernel/index.ts'
import { droppedObjects, relationName, type SqlNode } from '../sql/index.ts'
import { typeText } from './column-type.ts'
import {
  type AlterCmd,
  type ColumnDef,
  type ConstraintNode,
  columnOf,
  columnsIn,
  commandsOf,
  constraintOf,
  constraintsOf,
  find,
  type Node,
  notNullColumns,
  partitionOf,
  relationsOf,
  strings,
} from './tree.ts'
import type { KnownTable, World } from './world.ts'

/** Notes what a statement changes. */
export function applyStatement(node: SqlNode, world: World): void {
  if ('CreateStmt' in node) createTable(node.CreateStmt, world)
  else if ('CreateTableAsStmt' in node) createAs(node.CreateTableAsStmt, world)
  else if ('AlterTableStmt' in node) alterTable(node.AlterTableStmt, world)
  else if ('IndexStmt' in node) createIndex(node.IndexStmt, world)
  else if ('DropStmt' in node) drop(node, world)
  else if ('RenameStmt' in node) rename(node.RenameStmt, world)
  else if ('InsertStmt' in node) fill(node.InsertStmt.relation, world)
  else if ('CopyStmt' in node) fill(node.CopyStmt.relation, world)
}

function fill(relation: Node<'RangeVar'> | undefined, world: World): void {
  if (relation !== undefined) world.table(relationName(relation)).filled = true
}

function createTable(create: Node<'CreateStmt'>, world: World): void {
  const name = relationName(create.relation)
  if (create.if_not_exists === true && !world.isMade(name)) return
  const table = world.make(name, {
    fresh: true,
    filled: false,
    partitioned: create.partspec !== undefined,
    key: find(create.partspec, 'PartitionElem').map((element) => element.name ?? ''),
  })
  for (const element of create.tableElts ?? []) {
    if ('ColumnDef' in element) addColumn(table, element.ColumnDef)
    else if ('Constraint' in element) addConstraint(table, element.Constraint, { valid: true })
    else if ('TableLikeClause' in element)
      copyColumns(table, world.find(relationName(element.TableLikeClause.relation)))
  }
  const [parent] = relationsOf(create.inhRelations)
  if (create.partbound === undefined || parent === undefined) return
  copyColumns(table, world.table(parent))
  world.attach(world.table(parent), table, { asDefault: create.partbound.is_default === true })
}

function copyColumns(table: KnownTable, from: KnownTable | undefined): void {
  for (const [name, column] of from?.columns ?? []) table.columns.set(name, { ...column })
}

function createAs(create: Node<'CreateTableAsStmt'>, world: World): void {
  const name = relationName(create.into?.rel)
  if (create.if_not_exists === true && !world.isMade(name)) return
  world.make(name, { fresh: true, filled: create.into?.skipData !== true })
}

function addColumn(table: KnownTable, column: ColumnDef): void {
  const constraints = constraintsOf(column)
  const name = column.colname ?? ''
  const never = ['CONSTR_NOTNULL', 'CONSTR_PRIMARY', 'CONSTR_IDENTITY']
  const notNull = constraints.some((c) => never.includes(c.contype ?? ''))
  table.columns.set(name, { type: typeText(column.typeName), notNull })
  for (const constraint of constraints) addConstraint(table, constraint, { valid: true, column: name })
}

interface AddOptions {
  readonly valid: boolean
  readonly column?: string
}

function addConstraint(table: KnownTable, constraint: ConstraintNode, { valid, column }: AddOptions): void {
  const { contype, conname, raw_expr, keys, indexname } = constraint
  const name = conname ?? madeUp(table, constraint)
  const columns = column === undefined ? strings(keys) : [column]
  if (contype === 'CONSTR_CHECK')
    table.checks.set(name, { name, columns: columnsIn(raw_expr), notNull: notNullColumns(raw_expr), valid })
  // NOT NULL of PostgreSQL 18, validated by its name as well.
  if (contype === 'CONSTR_NOTNULL') table.checks.set(name, { name, columns, notNull: columns, valid })
  if (contype === 'CONSTR_PRIMARY' || contype === 'CONSTR_UNIQUE') {
    const index = { schema: table.name.schema, name: indexname ?? name }
    const built = table.indexes.get(displayName(index))
    table.indexes.delete(displayName(index))
    const named = { schema: table.name.schema, name }
    table.indexes.set(displayName(named), { name: named, columns: built?.columns ?? columns, unique: true })
    if (contype === 'CONSTR_PRIMARY')
      for (const key of built?.columns ?? columns) setNotNull(table, key, true)
  }
}

/** Roughly the name that PostgreSQL gives. */
function madeUp(table: KnownTable, { contype, raw_expr, keys }: ConstraintNode): string {
  const columns = contype === 'CONSTR_CHECK' ? columnsIn(raw_expr) : strings(keys)
  const suffix = {
    CONSTR_CHECK: 'check',
    CONSTR_PRIMARY: 'pkey',
    CONSTR_UNIQUE: 'key',
    CONSTR_NOTNULL: 'not_null',
  }
  const end = suffix[contype as keyof typeof suffix] ?? 'fkey'
  return [table.name.name, ...(end === 'pkey' ? [] : columns.slice(0, 1)), end].join('_')
}

function setNotNull(table: KnownTable, column: string, notNull: boolean): void {
  const known = table.columns.get(column)
  if (known !== undefined) known.notNull = notNull
  else table.columns.set(column, { type: '', notNull })
}

function alterTable(alter: Node<'AlterTableStmt'>, world: World): void {
  if (alter.objtype !== 'OBJECT_TABLE') return
  const table = world.table(relationName(alter.relation))
  for (const cmd of commandsOf(alter)) alterCommand(cmd, table, world)
}

function alterCommand(cmd: AlterCmd, table: KnownTable, world: World): void {
  const name = cmd.name ?? ''
  const column = columnOf(cmd)
  const constraint = constraintOf(cmd)
  const partition = partitionOf(cmd)
  switch (cmd.subtype) {
    case 'AT_AddColumn':
      if (column !== undefined) addColumn(table, column)
      return
    case 'AT_DropColumn':
      table.columns.delete(name)
      return
    case 'AT_AlterColumnType':
      Object.assign(table.columns.get(name) ?? {}, { type: typeText(column?.typeName) })
      return
    case 'AT_SetNotNull':
    case 'AT_DropNotNull':
      setNotNull(table, name, cmd.subtype === 'AT_SetNotNull')
      return
    case 'AT_AddConstraint':
      if (constraint !== undefined)
        addConstraint(table, constraint, { valid: constraint.skip_validation !== true })
      return
    case 'AT_ValidateConstraint':
      Object.assign(table.checks.get(name) ?? {}, { valid: true })
      return
    case 'AT_DropConstraint':
      table.checks.delete(name)
      table.indexes.delete(displayName({ schema: table.name.schema, name }))
      return
    case 'AT_AttachPartition':
      world.attach(table, world.table(relationName(partition?.name)), {
        asDefault: partition?.bound?.is_default === true,
      })
      return
    case 'AT_DetachPartition':
      world.detach(world.table(relationName(partition?.name)))
  }
}

function createIndex(index: Node<'IndexStmt'>, world: World): void {
  const table = world.table(relationName(index.relation))
  const columns = find(index.indexParams, 'IndexElem').map((element) => element.name ?? '')
  const name = {
    schema: table.name.schema,
    name: index.idxname ?? [table.name.name, ...columns, 'idx'].join('_'),
  }
  table.indexes.set(displayName(name), { name, columns, unique: index.unique === true })
}

function drop(node: SqlNode, world: World): void {
  for (const name of [...droppedObjects(node, 'OBJECT_TABLE'), ...droppedObjects(node, 'OBJECT_MATVIEW')])
    world.remove(name)
  for (const index of droppedObjects(node, 'OBJECT_INDEX'))
    world.tableOfIndex(index)?.indexes.delete(displayName(index))
}

function rename(
  { renameType, relation, subname = '', newname = '' }: Node<'RenameStmt'>,
  world: World,
): void {
  const from: QualifiedName = relationName(relation)
  if (renameType === 'OBJECT_TABLE') world.rename(from, { schema: from.schema, name: newname })
  if (renameType !== 'OBJECT_COLUMN') return
  const { columns } = world.table(from)
  const column = columns.get(subname)
  columns.delete(subname)
  if (column !== undefined) columns.set(newname, column)
}
