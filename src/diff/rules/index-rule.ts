import { ident } from '../../kernel/index.ts'
import { type Constraint, type Index, nameIn, type ObjectKey } from '../../model/index.ts'
import { locksOn } from '../label.ts'
import { unaligned } from '../partitions/align.ts'
import { attachIndex, buildConcurrently, buildLeaf, buildTree } from '../partitions/index-build.ts'
import { indexSettings } from '../partitions/index-settings.ts'
import { swapIndex } from '../partitions/index-swap.ts'
import { canBecome, createIndexSql, parseIndex, splitOptions } from '../partitions/index-text.ts'
import { detachedKey, locksOnPartitions } from '../partitions/locks.ts'
import { namesOf } from '../partitions/names.ts'
import { parentOf, tableIn } from '../partitions/tree.ts'
import type { Action, DiffContext, Rule } from '../rule.ts'

export const indexRule: Rule<Index> = {
  create: (index, context) => {
    // Its constraint makes it.
    if (index.constraint !== undefined)
      return context.isNew(index.table) ? indexSettings(undefined, index, context) : []
    return index.parent === undefined ? createOwn(index, context) : createPart(index, context)
  },
  drop: dropIndex,
  alter: alterIndex,
  // A foreign key stands on the index that goes with the constraint.
  displaces: (from, to) =>
    from.constraint !== undefined && to.constraint === undefined
      ? [{ of: from.key, kinds: ['foreign', 'comment'] }]
      : [],
}

function createOwn(index: Index, context: DiffContext): readonly Action[] {
  const { name, table, key } = index
  if (context.isNew(table)) {
    const sql = createIndexSql(index.definition, {
      name: name.name,
      table: nameIn(table),
      tablespace: index.tablespace,
    })
    const create = { sql, makes: [key], reverse: { sql: [`DROP INDEX ${nameIn(key)}`] } }
    return [create, ...indexSettings(undefined, index, context)]
  }
  const tree = { index, name: name.name, isNew: true }
  return isPartitioned(table, context) ? buildTree(tree, context) : buildLeaf(tree, context)
}

/** Under the index of the parent table. */
function createPart(index: Index, context: DiffContext): readonly Action[] {
  if (context.isNew(index.table)) return indexSettings(undefined, index, context)
  const isAttached = wasAttached(index.table, context)
  // With the index of the parent, or by ATTACH of the table.
  if (isAttached && context.isNew(index.parent!)) return []
  const name = namesOf(context).keep(index.name)
  const tree = { index: { ...index, name: { ...index.name, name } }, name, isNew: true }
  const build = isPartitioned(index.table, context) ? buildTree(tree, context) : buildLeaf(tree, context)
  return isAttached ? [...build, attachTo(index, name, context)] : build
}

function attachTo(index: Index, child: string, context: DiffContext): Action {
  const parent = context.to.objects.get(index.parent!) as Index
  const there = context.from.objects.get(index.parent!)
  const { schema, name } = there?.kind === 'index' ? there.name : parent.name
  return attachIndex({ parentName: ident(schema, name), child, table: index.table }, context)
}

/** It is a partition of its parent already, and stays one. */
export function wasAttached(table: ObjectKey, { from, to }: DiffContext): boolean {
  const parent = parentOf(tableIn(unaligned(from), table))
  return parent !== undefined && parent === parentOf(tableIn(to, table))
}

export function isPartitioned(table: ObjectKey, { from, to }: DiffContext): boolean {
  return (tableIn(to, table) ?? tableIn(from, table))?.partitionKey !== undefined
}

function dropIndex(index: Index, context: DiffContext): readonly Action[] {
  // What is attached goes with its parent's; what a constraint made goes with that.
  if (index.constraint !== undefined || index.parent !== undefined) return []
  const name = nameIn(index.key)
  const needs = [detachedKey(index.table)]
  const table = tableIn(context.from, index.table)
  if (table?.partitionKey === undefined) {
    return [
      {
        sql: `DROP INDEX CONCURRENTLY ${name}`,
        runs: 'alone',
        scans: true,
        needs,
        locks: locksOn(context, index.table, 'SHARE UPDATE EXCLUSIVE'),
      },
    ]
  }
  return [
    { sql: `DROP INDEX ${name}`, needs, locks: locksOnPartitions(context, table.key, 'ACCESS EXCLUSIVE') },
  ]
}

function alterIndex(from: Index, to: Index, context: DiffContext): ReturnType<Rule<Index>['alter']> {
  const owner = ownerChange(from, to, context)
  if (owner) return owner
  // A constraint's own change makes its index anew.
  const isOther = isChanged(from, to) && to.constraint === undefined
  if (isOther && to.parent === undefined) return swapIndex(from, to, context)
  const above = to.parent === undefined ? undefined : context.from.objects.get(to.parent)
  const wanted = to.parent === undefined ? undefined : context.to.objects.get(to.parent)
  // So does the change of the parent's index.
  if (above?.kind === 'index' && wanted?.kind === 'index' && isChanged(above, wanted)) return []
  const attach = from.parent === undefined && to.parent !== undefined ? attachAlone(from, to, context) : []
  return [...attach, ...repair(from, to, context), ...indexSettings(from, to, context)]
}

/** It becomes that of a new constraint, or was that of one that goes: undefined where neither is so. */
function ownerChange(
  from: Index,
  to: Index,
  context: DiffContext,
): ReturnType<Rule<Index>['alter']> | undefined {
  const { constraint: before } = from
  const { constraint: after } = to
  if (before === undefined && after !== undefined && to.parent === undefined && context.isNew(after))
    return canBecome(from, to) && !isPartitioned(to.table, context) ? undefined : 'replace'
  if (before === undefined || after !== undefined || !context.isGone(before)) return undefined
  const table = tableIn(context.to, to.table)
  const isPlain = table?.partitionKey === undefined && table?.partitionOf === undefined
  return isPlain ? leaveConstraint(to, before, context) : 'replace'
}

/** The new index is there before the constraint goes, and the old index with it: at no moment are rows unguarded. */
function leaveConstraint(to: Index, constraint: ObjectKey, context: DiffContext): readonly Action[] {
  const { schema, name } = to.name
  const next = namesOf(context).give({ schema, name: `${name}_new` })
  const old = context.from.objects.get(constraint) as Constraint
  const none = { none: 'compare the two states the other way round' }
  return [
    buildConcurrently({ index: to, name: next, table: to.table, makes: [] }, context),
    {
      sql: `ALTER TABLE ${nameIn(to.table)} DROP CONSTRAINT ${ident(old.name)}`,
      drops: [constraint],
      locks: locksOn(context, to.table, 'ACCESS EXCLUSIVE'),
      reverse: none,
    },
    {
      sql: `ALTER INDEX ${ident(schema, next)} RENAME TO ${ident(name)}`,
      together: true,
      reverse: none,
    },
    ...indexSettings(undefined, to, context),
  ]
}

/** An index that was the partition's own and becomes one under its parent's. */
function attachAlone(from: Index, to: Index, context: DiffContext): readonly Action[] {
  if (!wasAttached(to.table, context) || context.isNew(to.parent!)) return []
  return [attachTo(to, from.name.name, context)]
}

/** What a failed CREATE INDEX CONCURRENTLY left behind. That of a partitioned table becomes valid with its last part. */
function repair(from: Index, to: Index, context: DiffContext): readonly Action[] {
  if (from.valid || !to.valid || isPartitioned(to.table, context) || isChanged(from, to)) return []
  const name = ident(from.name.schema, from.name.name)
  return [
    {
      sql: `REINDEX INDEX CONCURRENTLY ${name}`,
      runs: 'alone',
      scans: true,
      locks: locksOn(context, to.table, 'SHARE UPDATE EXCLUSIVE'),
      reverse: { sql: [] },
      comment: 'it is invalid: an interrupted build left it behind',
    },
  ]
}

/** Parameters of a table that has no partitions can be set; all else is another index. */
function isChanged(from: Index, to: Index): boolean {
  const [a, b] = [parseIndex(from.definition), parseIndex(to.definition)]
  if (a.unique !== b.unique || splitOptions(a.body).rest !== splitOptions(b.body).rest) return true
  return a.body !== b.body && / ON ONLY /.test(to.definition)
}
