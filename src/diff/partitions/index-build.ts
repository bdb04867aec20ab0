import { ident } from '../../kernel/index.ts'
import {
  annotationKey,
  type Constraint,
  type Index,
  labelOf,
  nameIn,
  type ObjectKey,
  partKey,
  type Table,
} from '../../model/index.ts'
import { labelOfKey, locksOn } from '../label.ts'
import type { Action, DiffContext } from '../rule.ts'
import { commentAgain } from '../rules/comment.ts'
import { unaligned } from './align.ts'
import { indexSettings } from './index-settings.ts'
import { createIndexSql, sameIndex } from './index-text.ts'
import { detachedKey, readyKey } from './locks.ts'
import { namesOf } from './names.ts'
import { partitionSet } from './set.ts'
import { membersOf, parentOf, tableIn } from './tree.ts'

export interface Build {
  /** What is to be on the table; its definition may be that of an index of another table. */
  readonly index: Pick<Index, 'definition' | 'tablespace' | 'unique'>
  readonly name: string
  readonly table: ObjectKey
  /** Keys of what is there when it is built. */
  readonly makes: readonly ObjectKey[]
}

/** On a table in use, without locking out anybody. */
export function buildConcurrently({ index, name, table, makes }: Build, context: DiffContext): Action {
  const schema = schemaOf(table, context)
  return {
    sql: createIndexSql(index.definition, {
      name,
      table: nameIn(table),
      concurrently: true,
      tablespace: index.tablespace,
    }),
    runs: 'alone',
    scans: true,
    makes,
    needs: [detachedKey(table)],
    locks: locksOn(context, table, 'SHARE UPDATE EXCLUSIVE'),
    ...(index.unique
      ? {
          comment: `fails where rows of ${labelOfKey(table)} have the same values; the next run drops what is left`,
        }
      : {}),
    reverse: { sql: [`DROP INDEX CONCURRENTLY IF EXISTS ${ident(schema, name)}`] },
  }
}

export function schemaOf(table: ObjectKey, { from, to }: DiffContext): string {
  const object = to.objects.get(table) ?? from.objects.get(table)
  return object?.kind === 'table' || object?.kind === 'matview' ? object.name.schema : 'public'
}

export interface Tree {
  /** Of the partitioned table, as it is to be; for a replacement under its future name. */
  readonly index: Index
  /** The name that it has for now. */
  readonly name: string
  readonly constraint?: Constraint | undefined
  /** Its keys are those of the new state; not so where one of the same key is still there. */
  readonly isNew: boolean
  /** What an interrupted run has built of it, under that name. */
  readonly left?: Index | undefined
}

/**
 * The same index on every partition that is attached now, each a statement of its own, so that a run that was interrupted goes on
 * with the next; with the last one attached the index of the parent is valid.
 */
export function buildTree(tree: Tree, context: DiffContext): readonly Action[] {
  const { index, name } = tree
  const parentName = ident(index.name.schema, name)
  const leaving = leavingOf(index.table, context)
  return isReady(index, [
    ...(tree.left === undefined ? [onlyParent(tree, context)] : []),
    ...partitionsNow(index.table, context)
      .filter((leaf) => !leaving.includes(leaf))
      .flatMap((leaf) => buildBranch({ tree, parentName, parentKey: index.key, leaf }, context)),
  ])
}

/** Partitions are attached when the index is whole. */
export function isReady({ key }: Index, actions: readonly Action[]): readonly Action[] {
  return actions.map((action, i) =>
    i === actions.length - 1 ? { ...action, makes: [...(action.makes ?? []), readyKey(key)] } : action,
  )
}

/** Partitions whose detach is pending take no part. */
export function partitionsNow(table: ObjectKey, { from }: DiffContext): readonly Table[] {
  return membersOf(unaligned(from), table).partitions.filter(({ partitionOf }) => !partitionOf!.detachPending)
}

/** Partitions that a statement of their own takes out of it; it comes first, and nothing is built on them. */
export function leavingOf(table: ObjectKey, context: DiffContext): readonly Table[] {
  const { from, to } = context
  const emptied = partitionSet(from, to, table)?.emptied ?? []
  return partitionsNow(table, context).filter(
    ({ key }) => parentOf(tableIn(to, key)) !== table && !emptied.some((one) => one.key === key),
  )
}

function onlyParent({ index, name, constraint, isNew }: Tree, context: DiffContext): Action {
  const table = nameIn(index.table)
  const made = [index.key, ...(constraint ? [constraint.key] : [])]
  const sql = constraint
    ? `ALTER TABLE ONLY ${table} ADD CONSTRAINT ${ident(name)} ${constraint.definition}`
    : createIndexSql(index.definition, { name, table, only: true, tablespace: index.tablespace })
  return {
    sql,
    makes: isNew ? made : [],
    needs: [
      ...columnsOf(index.table, context),
      ...leavingOf(index.table, context).map(({ key }) => detachedKey(key)),
    ],
    // SHARE lets reads go on; nothing is built, so it is held for a moment.
    locks: locksOn(context, index.table, constraint ? 'ACCESS EXCLUSIVE' : 'SHARE'),
    reverse: { sql: [dropSql(index, name, constraint)] },
  }
}

function dropSql(index: Index, name: string, constraint: Constraint | undefined): string {
  return constraint
    ? `ALTER TABLE ${nameIn(index.table)} DROP CONSTRAINT ${ident(name)}`
    : `DROP INDEX ${ident(index.name.schema, name)}`
}

function columnsOf(table: ObjectKey, { to }: DiffContext): readonly ObjectKey[] {
  return membersOf(to, table).columns.map(({ key }) => key)
}

interface Branch {
  readonly tree: Tree
  /** Quoted. */
  readonly parentName: string
  readonly parentKey: ObjectKey
  readonly leaf: Table
}

function buildBranch({ tree, parentName, parentKey, leaf }: Branch, context: DiffContext): readonly Action[] {
  const { objects } = context.to
  const key = partKey(parentKey, leaf.key)
  const wanted = objects.get(key)
  const there = context.from.objects.get(key)
  const left = leftOf(tree, leaf, context)
  if (left) return goOn({ tree, parentName, parentKey, leaf }, left, context)
  if (tree.isNew && there?.kind === 'index' && !context.isGone(key)) {
    // It has one of its own already.
    return [attachIndex({ parentName, child: there.name.name, table: leaf.key, reverse: true }, context)]
  }
  const name = childName(tree, wanted?.kind === 'index' ? wanted : undefined, { leaf, context })
  const constraint = tree.constraint && {
    ...tree.constraint,
    key: partKey(tree.constraint.key, leaf.key),
    table: leaf.key,
    name,
  }
  const index: Index = {
    ...tree.index,
    // A partition may keep its index elsewhere, and with other parameters.
    ...(wanted?.kind === 'index' ? wanted : { clustered: false, statistics: {} }),
    key,
    table: leaf.key,
    name: { schema: leaf.name.schema, name },
  }
  const parts = { index, name, constraint, isNew: tree.isNew }
  const build = leaf.partitionKey === undefined ? buildLeaf(parts, context) : buildTree(parts, context)
  const called = `INDEX ${ident(leaf.name.schema, name)}`
  return [
    ...build,
    // Of a replacement: the comment was on the one before.
    ...(tree.isNew ? [] : commentAgain(key, context, called).map(({ together: _, ...action }) => action)),
    attachIndex({ parentName, child: name, table: leaf.key }, context),
  ]
}

function childName(
  tree: Tree,
  wanted: Index | undefined,
  { leaf, context }: { leaf: Table; context: DiffContext },
): string {
  const names = namesOf(context)
  if (wanted) return names.keep(wanted.name)
  const own = { schema: leaf.name.schema, name: `${leaf.name.name}_${tree.index.name.name}` }
  return names.give(own)
}

/** Where another run has built this part of a replacement. */
function goOn(
  { tree, parentName, parentKey, leaf }: Branch,
  left: Index,
  context: DiffContext,
): readonly Action[] {
  const part = {
    index: { ...tree.index, key: partKey(parentKey, leaf.key), table: leaf.key, name: left.name },
    name: left.name.name,
    isNew: false,
    left,
  }
  const rest = leaf.partitionKey === undefined || left.valid ? [] : buildTree(part, context)
  if (left.parent !== undefined) return rest
  const attach = attachIndex({ parentName, child: left.name.name, table: leaf.key }, context)
  return [...rest, { ...attach, covers: [left.key] }]
}

/** On the partition: what is attached to the rest of the parent's already, or what only waits for that. */
function leftOf({ index, isNew, left }: Tree, leaf: Table, context: DiffContext): Index | undefined {
  if (isNew) return undefined
  const attached = left && context.from.objects.get(partKey(left.key, leaf.key))
  if (attached?.kind === 'index') return attached
  return leftIndexOf(index, leaf.key, context)
}

/** An index of the old state alone that is as the wanted one; of a partitioned table it need not be whole. */
export function leftIndexOf(wanted: Index, table: ObjectKey, { from, to }: DiffContext): Index | undefined {
  const isWhole = (one: Index) => one.valid || tableIn(from, table)?.partitionKey !== undefined
  const comment = (key: ObjectKey) => from.objects.has(annotationKey('comment', key))
  return membersOf(from, table).indexes.find(
    (one) =>
      !to.objects.has(one.key) &&
      one.parent === undefined &&
      one.constraint === undefined &&
      isWhole(one) &&
      !comment(one.key) &&
      one.tablespace === wanted.tablespace &&
      sameIndex(one.definition, wanted.definition),
  )
}

/** Of a table without partitions: the index alone, or the constraint that takes it over. */
export function buildLeaf({ index, name, constraint, isNew }: Tree, context: DiffContext): readonly Action[] {
  const indexOnly = constraint === undefined
  const build = buildConcurrently(
    { index, name, table: index.table, makes: isNew && indexOnly ? [index.key] : [] },
    context,
  )
  const named = { ...index, name: { ...index.name, name }, parent: undefined }
  const settings = indexSettings(undefined, named, context)
  if (constraint === undefined) return [build, ...settings]
  return [
    { ...build, needs: [...(build.needs ?? []), ...columnsOf(index.table, context)] },
    {
      sql: `ALTER TABLE ${nameIn(index.table)} ADD CONSTRAINT ${ident(name)} ${usingIndex(constraint, name)}`,
      makes: isNew ? [index.key, constraint.key] : [],
      locks: locksOn(context, index.table, 'ACCESS EXCLUSIVE'),
      reverse: { sql: [`ALTER TABLE ${nameIn(index.table)} DROP CONSTRAINT ${ident(name)}`] },
    },
    ...settings,
  ]
}

export function usingIndex({ type, definition }: Constraint, name: string): string {
  const deferrable = / (?:NOT )?DEFERRABLE| INITIALLY DEFERRED/g
  const words = [...definition.matchAll(deferrable)].map(([word]) => word).join('')
  return `${type === 'primary' ? 'PRIMARY KEY' : 'UNIQUE'} USING INDEX ${ident(name)}${words}`
}

export interface Attach {
  /** Quoted. */
  readonly parentName: string
  readonly child: string
  readonly table: ObjectKey
  readonly reverse?: boolean
}

export function attachIndex({ parentName, child, table }: Attach, context: DiffContext): Action {
  const parent = parentOf(tableIn(unaligned(context.from), table)) ?? parentOf(tableIn(context.to, table))
  return {
    sql: `ALTER INDEX ${parentName} ATTACH PARTITION ${ident(schemaOf(table, context), child)}`,
    // It locks the leaf's index exclusively: with a lock on the table after it, a reader who has that and wants this is a deadlock.
    runs: 'alone',
    locks: [
      ...(parent ? locksOn(context, parent, 'ACCESS SHARE') : []),
      ...locksOn(context, table, 'ACCESS SHARE'),
    ],
    // An attached index goes with its parent's.
    reverse: { sql: [] },
  }
}

export function whyRebuilt(index: Index): string {
  return `the new ${labelOf(index)} is built beside the old one, which serves until their names are swapped`
}
