import type { PartitionNode, PartitionTree } from '../../catalog/index.ts'
import { displayName } from '../../kernel/index.ts'
import { whereOf } from '../errors.ts'
import { parsePgType } from '../pg-type.ts'
import type { TablePlan } from '../plan.ts'
import { compileRouter, leavesOf, Unroutable } from './router.ts'

/** How the rows of a partitioned table come to its partitions. */
export type LeafPath =
  /** Routed here: each partition gets its rows by a COPY of its own. */
  | { readonly kind: 'leaves'; readonly mayFreeze: boolean; readonly whyNotFreeze: string | undefined }
  /** Through the parent, which routes each row. `why` ends a sentence. */
  | { readonly kind: 'parent'; readonly why: string }

/** The way of a partitioned table's rows, where that is safe to tell from what stands in the database. */
export function choosePath(table: TablePlan, tree: PartitionTree): LeafPath {
  const why = problemOf(table, tree)
  if (why !== undefined) return { kind: 'parent', why }
  const whyNotFreeze = freezeProblem(tree)
  return { kind: 'leaves', mayFreeze: whyNotFreeze === undefined, whyNotFreeze }
}

function problemOf(table: TablePlan, tree: PartitionTree): string | undefined {
  return keyProblem(table, tree) ?? relationProblem(table, tree.root) ?? boundProblem(table, tree)
}

/** Texts of other encodings have other bytes on the server than here. */
const ENCODINGS: ReadonlySet<string> = new Set(['UTF8', 'SQL_ASCII'])

function keyProblem(table: TablePlan, { root, encoding }: PartitionTree): string | undefined {
  const filled = new Map(table.columns.map((column) => [column.name, column]))
  for (const { partitioned } of parentsOf(root)) {
    for (const { column, usualOperators, deterministic, bytewise } of partitioned!.key) {
      if (column === null) return 'its partition key has an expression'
      const fill = filled.get(column)
      if (fill === undefined) return `its partition key ${column} is filled by the server`
      if (!usualOperators) return `its partition key ${column} has operators of its own`
      const { name } = parsePgType(whereOf(displayName(table.table), fill))
      if (name === 'enum' && partitioned!.strategy !== 'list')
        return `its partition key ${column} is an enum, whose order and hash are the server's own`
      const isText = name === 'text' || name === 'varchar'
      if (isText && !deterministic) return `different texts of its partition key ${column} may be equal`
      if (isText && partitioned!.strategy === 'range' && !bytewise)
        return `the order of its partition key ${column} is that of a language`
      if (isText && partitioned!.strategy !== 'list' && !ENCODINGS.has(encoding))
        return `its partition key ${column} is text in the encoding ${encoding}`
    }
  }
  return undefined
}

/** What would come out differently for a row that is written to its partition instead of the parent. */
function relationProblem(table: TablePlan, root: PartitionNode): string | undefined {
  const filled = new Set(table.columns.map((column) => column.name))
  for (const node of nodesOf(root)) {
    const name = displayName(node)
    if (node.rowSecurity) return `${name} has row security`
    if (node.rules) return `${name} has rules`
    if (node.insertTriggers) return `${name} has triggers that fire once for a statement`
  }
  for (const leaf of leavesOf(root)) {
    if (!leaf.mayInsert) return `this role may not insert into ${displayName(leaf)}`
    // An identity is the parent's business: its partitions have none before PostgreSQL 17.
    const other = Object.entries(root.defaults).find(
      ([column, value]) => !filled.has(column) && (value === null || value !== leaf.defaults[column]),
    )?.[0]
    if (other !== undefined) return `${displayName(leaf)} has another default for ${other}`
  }
  return undefined
}

function boundProblem(table: TablePlan, { root }: PartitionTree): string | undefined {
  try {
    compileRouter(table, root, { seed: 0, block: 0 })
    return undefined
  } catch (error) {
    if (error instanceof Unroutable) return error.message
    throw error
  }
}

function freezeProblem({ root, walLevel }: PartitionTree): string | undefined {
  // A subscriber would empty its partition as well.
  if (walLevel === 'logical') return 'wal_level is logical'
  const leaf = leavesOf(root).find((node) => !node.mayTruncate || node.truncateTriggers)
  if (leaf === undefined) return undefined
  return leaf.mayTruncate
    ? `${displayName(leaf)} has triggers for TRUNCATE`
    : `this role may not truncate ${displayName(leaf)}`
}

function nodesOf(node: PartitionNode): PartitionNode[] {
  return [node, ...node.children.flatMap(nodesOf)]
}

function parentsOf(root: PartitionNode): PartitionNode[] {
  return nodesOf(root).filter(({ partitioned }) => partitioned !== undefined)
}
