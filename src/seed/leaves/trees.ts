import { type PartitionNode, readPartitionTree } from '../../catalog/index.ts'
import type { Sql } from '../../db/index.ts'
import { displayName } from '../../kernel/index.ts'
import { type LoadPlan, type TablePlan, tableKey } from '../plan.ts'
import type { LoadTable } from '../preflight.ts'
import { choosePath, type LeafPath } from './path.ts'
import { planUnits } from './units.ts'

/** Partitions of the tables whose rows are routed here, by tableKey(). */
export type PartitionTrees = Readonly<Record<string, PartitionNode>>

export interface PartitionedPath {
  readonly table: TablePlan
  readonly root: PartitionNode
  readonly path: LeafPath
}

/** How each partitioned table would be loaded as it stands now. */
export async function readPaths(sql: Sql, tables: readonly LoadTable[]): Promise<PartitionedPath[]> {
  const paths: PartitionedPath[] = []
  for (const { plan, live } of tables) {
    if (live.kind !== 'partitioned') continue
    const tree = await readPartitionTree(sql, live.oid)
    paths.push({ table: plan, root: tree.root, path: choosePath(plan, tree) })
  }
  return paths
}

/** The plan with the units of those tables whose partitions are filled one by one. */
export function planLeaves(plan: LoadPlan, paths: readonly PartitionedPath[], jobs: number): LoadPlan {
  // A partition that holds rows is not emptied: its new rows may come with any chunk.
  if (plan.append) return plan
  const tables = plan.tables.map((table) => {
    const found = paths.find((one) => tableKey(one.table) === tableKey(table))
    if (found?.path.kind !== 'leaves' || !found.path.mayFreeze) return table
    const units = planUnits(table, found.root, { seed: plan.seed, jobs })
    return units === undefined ? table : Object.freeze({ ...table, units })
  })
  return Object.freeze({ ...plan, tables })
}

/** A COPY statement costs about as much as the parent's routing of some hundred rows. */
const MIN_ROWS_OF_A_COPY = 200

/** What the sessions of the copy filler route by. */
export function treesOf(paths: readonly PartitionedPath[]): PartitionTrees {
  return Object.fromEntries(
    paths
      .filter(({ path, table, root }) => path.kind === 'leaves' && !isCrowded(table, root))
      .map(({ table, root }) => [tableKey(table), withoutDefaults(root)]),
  )
}

/** The threads get copies, and there may be thousands of partitions. */
function withoutDefaults(node: PartitionNode): PartitionNode {
  return { ...node, defaults: {}, children: node.children.map(withoutDefaults) }
}

function isCrowded(table: TablePlan, root: PartitionNode): boolean {
  return Math.min(table.rows, table.chunkRows) / countLeaves(root) < MIN_ROWS_OF_A_COPY
}

function countLeaves({ partitioned, children }: PartitionNode): number {
  return partitioned === undefined ? 1 : children.reduce((sum, child) => sum + countLeaves(child), 0)
}

/** A sentence for each partitioned table: how its rows come to their partitions, and why not the quicker way. */
export function explainPaths(plan: LoadPlan, paths: readonly PartitionedPath[]): string[] {
  return paths.map(({ table, root, path }) => {
    const name = displayName(table.table)
    if (path.kind === 'parent') return `${name} is loaded through the parent, which is slower: ${path.why}.`
    const planned = plan.tables.find((one) => tableKey(one) === tableKey(table))
    if (planned?.units !== undefined)
      return `${name} is loaded partition by partition, each in one transaction, which locks it meanwhile.`
    if (isCrowded(table, root))
      return `${name} is loaded through the parent: it has few rows for so many partitions.`
    const whyNot = plan.append ? undefined : path.whyNotFreeze
    const why = whyNot === undefined ? '' : ` They are not frozen: ${whyNot}.`
    return `${name} is loaded partition by partition: rows are routed before they are sent.${why}`
  })
}

/** What a load would say of its partitioned tables. Changes nothing. */
export async function explainPartitions(
  sql: Sql,
  { plan, tables, jobs }: { plan: LoadPlan; tables: readonly LoadTable[]; jobs: number },
): Promise<string[]> {
  const paths = await readPaths(sql, tables)
  return explainPaths(planLeaves(plan, paths, jobs), paths)
}
