import type { Catalog, Index, Table } from '../../model/index.ts'
import type { Rename } from '../rule.ts'
import { sameIndex } from './index-text.ts'
import { membersOf, parentOf, tableIn } from './tree.ts'

/** A partition that is gone and a new one of the same parent, bound and columns are one table under another name. */
export function leafRenames(from: Catalog, to: Catalog, declared: readonly Rename[]): readonly Rename[] {
  const known = new Map(declared.map((rename) => [rename.to, rename.from]))
  const taken = new Set(declared.map((rename) => rename.from))
  if (!hasNewPartition(from, to)) return []
  return [...to.objects.values()].flatMap((parent) => {
    if (parent.kind !== 'table' || parent.partitionKey === undefined || parentOf(parent) !== undefined)
      return []
    const before = tableIn(from, known.get(parent.key) ?? parent.key)
    const found = before ? renamesBelow({ from, to, before, after: parent }) : []
    return found.filter((rename) => !known.has(rename.to) && !taken.has(rename.from))
  })
}

/** Mostly there is none, and nobody needs to look at each partition of each table. */
function hasNewPartition(from: Catalog, to: Catalog): boolean {
  for (const table of to.objects.values()) {
    if (table.kind === 'table' && table.partitionOf !== undefined && !from.objects.has(table.key)) return true
  }
  return false
}

interface Pair {
  readonly from: Catalog
  readonly to: Catalog
  readonly before: Table
  readonly after: Table
}

function renamesBelow({ from, to, before, after }: Pair): readonly Rename[] {
  if (before.partitionKey === undefined || before.partitionKey !== after.partitionKey) return []
  const [olds, news] = [membersOf(from, before.key).partitions, membersOf(to, after.key).partitions]
  const gone = olds.filter(({ key }) => !to.objects.has(key))
  return news.flatMap((leaf) => {
    const same = olds.find(({ key }) => key === leaf.key)
    if (same) return renamesBelow({ from, to, before: same, after: leaf })
    if (from.objects.has(leaf.key)) return []
    const [old, ...others] = gone.filter((one) => isSameLeaf({ from, to, before: one, after: leaf }))
    if (old === undefined || others.length > 0) return []
    const pair = { from, to, before: old, after: leaf }
    return [{ from: old.key, to: leaf.key }, ...indexRenames(pair), ...renamesBelow(pair)]
  })
}

/** Its own indexes often bear its name. */
function indexRenames({ from, to, before, after }: Pair): readonly Rename[] {
  const own = ({ parent, constraint }: Index) => parent === undefined && constraint === undefined
  const olds = membersOf(from, before.key).indexes.filter((index) => own(index) && !to.objects.has(index.key))
  const news = membersOf(to, after.key).indexes.filter((index) => own(index) && !from.objects.has(index.key))
  return news.flatMap((index) => {
    const [old, ...others] = olds.filter((one) => sameIndex(one.definition, index.definition))
    return old === undefined || others.length > 0 ? [] : [{ from: old.key, to: index.key }]
  })
}

function isSameLeaf({ from, to, before, after }: Pair): boolean {
  if (before.partitionOf!.bound !== after.partitionOf!.bound || before.partitionKey !== after.partitionKey)
    return false
  const columns = (one: Catalog, table: Table) =>
    membersOf(one, table.key)
      .columns.map(({ name, type }) => `${name} ${type}`)
      .sort()
      .join(',')
  return columns(from, before) === columns(to, after)
}
