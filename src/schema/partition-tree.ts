import { getTableColumns } from 'drizzle-orm'
import { getTableConfig, type PgColumn, type PgTable } from 'drizzle-orm/pg-core'
import { isGigarowError } from '../kernel/index.ts'
import type { Leaf, PartitionKey } from '../model/index.ts'
import { encodeBound, timeLeaves } from './leaves.ts'
import type { PartitionsDeclaration, RawLeaf, RawSubpartitions } from './partitions.ts'

export interface PartitionTree {
  readonly leaves: readonly Leaf[]
  readonly problems: readonly string[]
}

export interface TreeOptions {
  readonly name: string
  readonly key: PartitionKey | undefined
  readonly now: number
}

/** The partitions that one declaration makes of a table, at every depth. */
export function partitionTree(declaration: PartitionsDeclaration, options: TreeOptions): PartitionTree {
  const { table, spec } = declaration
  const problem = mismatch(declaration, options)
  if (problem !== undefined) return { leaves: [], problems: [problem] }
  const unknown = unknownColumns(table, spec.each)
  if (unknown.length > 0) {
    return {
      leaves: [],
      problems: [`${options.name}: subpartitionBy names ${unknown.join(', ')}, which is no column of it.`],
    }
  }
  if (spec.kind === 'fixed') {
    const by = spec.by.map((property) => columnOf(table, property))
    return { leaves: spec.leaves.map((leaf) => branch(leaf, { table, by, each: spec.each })), problems: [] }
  }
  const [column] = keyColumns(table, options.key!)
  try {
    const type = options.key!.parts.length === 1 && column ? column.getSQLType() : keyText(options.key!)
    const leaves = timeLeaves({ table: options.name, policy: spec.policy, type, now: options.now })
    return {
      leaves: leaves.map((leaf) => (spec.each ? { ...leaf, ...grow(leaf.name, table, spec.each) } : leaf)),
      problems: [],
    }
  } catch (error) {
    if (!isGigarowError(error) || error.code !== 'SCHEMA_INVALID') throw error
    return { leaves: [], problems: [`${error.message} ${error.hint ?? ''}`.trim()] }
  }
}

function mismatch({ table, spec }: PartitionsDeclaration, { name, key }: TreeOptions): string | undefined {
  const strategy = spec.kind === 'fixed' ? spec.strategy : 'range'
  if (key?.strategy !== strategy) {
    return `Partitions of ${name} are declared, but its third argument has ${key ? `partitionBy.${key.strategy}` : 'no partitionBy'}. Write partitionBy.${strategy}(…) there.`
  }
  if (spec.kind === 'time' || spec.by.length === 0) return undefined
  const columns = keyColumns(table, key)
  const by = spec.by.map((property) => columnOf(table, property))
  // For an expression `by` names the column that its value is typed like.
  const same = by.length === columns.length && by.every((c, i) => !columns[i] || c?.name === columns[i].name)
  return same
    ? undefined
    : `${strategy}Partitions of ${name} is declared by ${spec.by.join(', ')}, the table is partitioned by ${keyText(key)}. Name the same columns in the same order.`
}

interface BranchOptions {
  readonly table: PgTable
  readonly by: readonly (PgColumn | undefined)[]
  readonly each: RawSubpartitions | undefined
}

function branch(leaf: RawLeaf, { table, by, each }: BranchOptions): Leaf {
  const own = leaf.each ?? each
  return {
    name: leaf.name,
    bound: encodeBound(leaf.bound, by),
    ...(own ? grow(leaf.name, table, own) : {}),
  }
}

function grow(
  parent: string,
  table: PgTable,
  { strategy, by, leaves, each }: RawSubpartitions,
): { readonly partitionKey: PartitionKey; readonly leaves: readonly Leaf[] } {
  const columns = by.map((property) => columnOf(table, property))
  const parts = columns.map((c) => ({ kind: 'column', column: c?.name ?? '' }) as const)
  return {
    partitionKey: { strategy, parts },
    leaves: leaves.map((leaf) =>
      branch({ ...leaf, name: `${parent}_${leaf.name}` }, { table, by: columns, each }),
    ),
  }
}

function unknownColumns(table: PgTable, each: RawSubpartitions | undefined): readonly string[] {
  if (each === undefined) return []
  return [...each.by.filter((property) => !columnOf(table, property)), ...unknownColumns(table, each.each)]
}

function columnOf(table: PgTable, property: string): PgColumn | undefined {
  return getTableColumns(table)[property] as PgColumn | undefined
}

function keyColumns(table: PgTable, key: PartitionKey): readonly (PgColumn | undefined)[] {
  const { columns } = getTableConfig(table)
  return key.parts.map((part) =>
    part.kind === 'column' ? columns.find((c) => c.name === part.column) : undefined,
  )
}

export function keyText(key: PartitionKey): string {
  return key.parts.map((part) => (part.kind === 'column' ? part.column : `(${part.sql})`)).join(', ')
}

/** A partition and those below it, parents first. */
export function flatLeaves(leaves: readonly Leaf[]): readonly Leaf[] {
  return leaves.flatMap((leaf) => [leaf, ...flatLeaves(leaf.leaves ?? [])])
}

/** The sets of partitions that stand beside each other, with the key that tells them apart. */
export function levels(
  key: PartitionKey,
  leaves: readonly Leaf[],
): readonly { readonly key: PartitionKey; readonly leaves: readonly Leaf[] }[] {
  return [
    { key, leaves },
    ...leaves.flatMap((leaf) => (leaf.partitionKey ? levels(leaf.partitionKey, leaf.leaves ?? []) : [])),
  ]
}
