import { ident } from '../kernel/index.ts'
import type { Catalog, ObjectKey, SchemaObject } from '../model/index.ts'
import type { Call } from './context.ts'
import { locksOn } from './label.ts'
import type { Action, DiffContext } from './rule.ts'
import { commentTarget } from './rules/target.ts'

/** Whose it is, where somebody has said so: what belongs to the one who reads the catalog is as it was made. */
function ownerIn({ owners }: Catalog, key: ObjectKey | undefined): string | undefined {
  const owner = key === undefined ? undefined : owners?.of.get(key)
  return owner === owners?.reader ? undefined : owner
}

/** What is made anew belongs to whom it belonged; a new partition, and what a column owns, to whom the table above it does. */
function inherited(object: SchemaObject, { from, to }: DiffContext): string | undefined {
  if (from.objects.has(object.key)) {
    const [before, after] = [ownerIn(from, object.key), ownerIn(to, object.key)]
    return before && (after ?? before)
  }
  for (let key = aboveOf(object, to); key !== undefined; ) {
    if (from.objects.has(key)) return ownerIn(from, key)
    const above = to.objects.get(key)
    key = above && aboveOf(above, to)
  }
  return ownerIn(to, object.key)
}

function aboveOf(object: SchemaObject, { objects }: Catalog): ObjectKey | undefined {
  if (object.kind === 'table') return object.partitionOf?.parent
  const column = object.kind === 'sequence' && object.ownedBy ? objects.get(object.ownedBy) : undefined
  return column?.kind === 'column' ? column.table : undefined
}

/** Behind what makes it, and before a column owns it: a sequence belongs to whom its table does. */
export function withOwner(
  object: SchemaObject,
  actions: readonly Action[],
  context: DiffContext,
): readonly Action[] {
  const [first, ...rest] = actions
  const owner = ownerAgain(object, context)
  return first === undefined || owner.length === 0 ? actions : [first, ...owner, ...rest]
}

export function ownerAgain(object: SchemaObject, context: DiffContext): readonly Action[] {
  const owner = inherited(object, context)
  if (owner === undefined) return []
  return [{ ...ownerTo(object.key, owner, context), together: true, reverse: { sql: [] } }]
}

function ownerTo(key: ObjectKey, owner: string, context: DiffContext): Action {
  return {
    sql: `ALTER ${commentTarget(key, context)} OWNER TO ${ident(owner)}`,
    comment: `only a superuser or a member of ${owner} may do this`,
  }
}

/** Compared only where both sides say it: declarations and files are made by whoever reads them. */
export function ownerCalls(context: DiffContext): readonly Call[] {
  const { from, to, isGone } = context
  return [...(to.owners?.of.keys() ?? [])].flatMap((key): Call[] => {
    const object = to.objects.get(key)
    const [before, after] = [ownerIn(from, key), ownerIn(to, key)]
    if (object === undefined || isGone(key) || !from.objects.has(key)) return []
    if (before === undefined || after === undefined || before === after) return []
    // It follows its table.
    if (object.kind === 'sequence' && object.ownedBy !== undefined) return []
    const action: Action = {
      ...ownerTo(key, after, context),
      locks: locksOn(context, key, 'ACCESS EXCLUSIVE'),
      reverse: { sql: [ownerTo(key, before, context).sql] },
    }
    return [{ verb: 'alter', object, actions: [action] }]
  })
}
