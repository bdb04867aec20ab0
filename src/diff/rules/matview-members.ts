import { addTo, oncePer } from '../../kernel/index.ts'
import { type Catalog, type Index, memberKey, type ObjectKey } from '../../model/index.ts'
import type { Action, DiffContext } from '../rule.ts'
import { commentRule } from './comment.ts'
import { grantRule } from './grant.ts'
import { statisticsRule } from './statistics.ts'

/** Indexes, statistics, grants and comments of a materialized view, those of its columns and of its indexes included. */
export function membersOf(view: ObjectKey, catalog: Catalog): readonly ObjectKey[] {
  const direct = directMembers(catalog)
  const found: ObjectKey[] = []
  const visit = (owner: ObjectKey): void => {
    for (const member of direct.get(owner) ?? []) {
      found.push(member)
      visit(member)
    }
  }
  visit(view)
  for (const column of columnKeys(view, catalog)) {
    // The catalog may hold the columns of materialized views by themselves, or only what is said about them.
    if (!found.includes(column)) visit(column)
  }
  return found
}

function columnKeys(view: ObjectKey, { objects }: Catalog): readonly ObjectKey[] {
  const object = objects.get(view)
  return object?.kind === 'matview' ? object.columns.map(({ name }) => memberKey('column', view, name)) : []
}

const directMembers = oncePer((catalog: Catalog): ReadonlyMap<ObjectKey, readonly ObjectKey[]> => {
  const members = new Map<ObjectKey, ObjectKey[]>()
  for (const key of [...catalog.objects.keys()].sort()) {
    const object = catalog.objects.get(key)!
    const owner = 'on' in object ? object.on : 'table' in object ? object.table : undefined
    if (owner !== undefined) addTo(members, owner, key)
  }
  return members
})

export function indexesOf(view: ObjectKey, catalog: Catalog): readonly Index[] {
  return membersOf(view, catalog).flatMap((key) => {
    const object = catalog.objects.get(key)
    return object?.kind === 'index' ? [object] : []
  })
}

/** Gives what bears the view's name now its statistics, grants and comments. */
export function againOn(view: ObjectKey, context: DiffContext): readonly Action[] {
  return membersOf(view, context.to).flatMap((key) => {
    const object = context.to.objects.get(key)!
    switch (object.kind) {
      case 'statistics':
        return statisticsRule.create(object, context).map(({ sql }) => ({ sql }))
      case 'grant':
        return grantRule.create(object, context).map(({ sql }) => ({ sql }))
      case 'comment':
        return commentRule.create(object, context).map(({ sql }) => ({ sql }))
      default:
        return []
    }
  })
}
