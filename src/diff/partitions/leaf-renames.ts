import type { Catalog, Table } from '../../model/index.ts'
import type { Rename } from '../rule.ts'
import { membersOf, tableIn } from './tree.ts'

/** A partition that is gone and a new one of the same parent, bound and columns are one table under another name. */
export function leafRenames(from: Catalog, to: Catalog, declared: readonly Rename[]): readonly Rename[] {
  const known = new Set(declared.flatMap((rename) => [rename.from, rename.to]))
  return [...to.objects.values()].flatMap((parent) => {
    if (parent.kind !== 'table' || tableIn(from, parent.key)?.partitionKey !== parent.partitionKey) return []
    const news = membersOf(to, parent.key).partitions.filter(({ key }) => !from.objects.has(key))
    if (news.length === 0) return []
    const gone = membersOf(from, parent.key).partitions.filter(({ key }) => !to.objects.has(key))
    return news.flatMap((leaf): Rename[] => {
      const alike = gone.filter((old) => isSameLeaf(from, old, { catalog: to, leaf }))
      const [only] = alike
      if (only === undefined || alike.length > 1 || known.has(only.key) || known.has(leaf.key)) return []
      return [{ from: only.key, to: leaf.key }]
    })
  })
}

function isSameLeaf(
  from: Catalog,
  old: Table,
  { catalog, leaf }: { catalog: Catalog; leaf: Table },
): boolean {
  if (old.partitionOf!.bound !== leaf.partitionOf!.bound || old.partitionKey !== leaf.partitionKey)
    return false
  const columns = (one: Catalog, table: Table) =>
    membersOf(one, table.key)
      .columns.map(({ name, type }) => `${name} ${type}`)
      .sort()
      .join(',')
  return columns(from, old) === columns(catalog, leaf)
}
