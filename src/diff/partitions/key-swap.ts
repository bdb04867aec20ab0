import { ident } from '../../kernel/index.ts'
import { type Constraint, type Index, nameIn, partKey, type Table } from '../../model/index.ts'
import { locksOn } from '../label.ts'
import type { Action, DiffContext } from '../rule.ts'
import { commentAgain } from '../rules/comment.ts'
import { constraintLocks, leftIndex } from './constraint-build.ts'
import {
  attachIndex,
  buildConcurrently,
  isReady,
  leavingOf,
  partitionsNow,
  usingIndex,
} from './index-build.ts'
import { identityAgain, indexSettings } from './index-settings.ts'
import { detachedKey } from './locks.ts'
import { namesOf } from './names.ts'

/** Built before, while everybody reads and writes; and what is done with it in the one transaction that locks them out. */
interface Parts {
  readonly build: readonly Action[]
  readonly swap: readonly Action[]
}

/**
 * A primary key or unique constraint with other columns. ADD CONSTRAINT … USING INDEX is not for partitioned tables, and ADD PRIMARY KEY
 * there takes over no index that is not a constraint's (seen on 14, 16, 18). So each leaf gets its unique index first; then, in one transaction, the
 * old constraint goes, the new one is declared on the partitioned tables ONLY, and the leaves' indexes become its parts. That reads no
 * row, but locks the table with all its partitions until it is committed. undefined: not possible here.
 */
export function swapKey(
  from: Constraint,
  to: Constraint,
  context: DiffContext,
): readonly Action[] | undefined {
  const index = indexOf(to, context)
  if (index === undefined || / WITHOUT OVERLAPS/.test(to.definition)) return undefined
  const { build, swap } = swapTable({ constraint: to, index, name: to.name }, context)
  const drop: Action = {
    sql: `ALTER TABLE ${nameIn(from.table)} DROP CONSTRAINT ${ident(from.name)}`,
    locks: constraintLocks(from, context, 'ACCESS EXCLUSIVE'),
    comment:
      'one transaction that reads no row: the old key goes, the indexes that were built become the new one',
  }
  const none = { none: 'compare the two states the other way round' }
  const settings = identityAgain(index, context)
  const comments = [to.key, index.key].flatMap((key) => commentAgain(key, context))
  return isReady(index, [
    ...build,
    { ...drop, reverse: none },
    ...[...swap, ...settings, ...comments].map((action) => ({ ...action, together: true, reverse: none })),
  ])
}

function indexOf({ index }: Constraint, { to }: DiffContext): Index | undefined {
  const object = index && to.objects.get(index)
  return object?.kind === 'index' ? object : undefined
}

interface Key {
  /** As it is to be on this table. */
  readonly constraint: Constraint
  readonly index: Index
  readonly name: string
}

function swapTable({ constraint, index, name }: Key, context: DiffContext): Parts {
  const { table } = constraint
  const parentName = ident(index.name.schema, name)
  const leaving = leavingOf(table, context)
  const leaves = partitionsNow(table, context).filter((leaf) => !leaving.includes(leaf))
  const only: Action = {
    sql: `ALTER TABLE ONLY ${nameIn(table)} ADD CONSTRAINT ${ident(name)} ${constraint.definition}`,
    needs: [...columnsOf(constraint, context), ...leaving.map(({ key }) => detachedKey(key))],
    locks: locksOn(context, table, 'ACCESS EXCLUSIVE'),
  }
  const parts = leaves.map((leaf) => {
    const part = partOf({ constraint, index, name }, leaf, context)
    const { build, swap, called } =
      leaf.partitionKey === undefined
        ? swapLeaf(part, context)
        : { ...swapTable(part, context), called: part.name }
    const attach = attachIndex({ parentName, child: called, table: leaf.key }, context)
    const last = [{ ...attach, runs: 'transaction' as const }, ...again({ ...part, name: called }, context)]
    return { build, swap: [...swap, ...last] }
  })
  return {
    build: parts.flatMap(({ build }) => build),
    swap: [only, ...parts.flatMap(({ swap }) => swap)],
  }
}

/** The old one has freed its name, and what was said of it is said of the new one. */
function again({ constraint, index, name }: Key, context: DiffContext): readonly Action[] {
  const [old, wanted] = [context.from, context.to].map(({ objects }) => objects.get(index.key))
  const isFree = old?.kind === 'index' && wanted?.kind === 'index' && old.name.name === wanted.name.name
  const last = isFree ? wanted.name.name : name
  const { schema } = index.name
  const table = nameIn(index.table)
  const rename: Action = {
    sql: `ALTER TABLE ${table} RENAME CONSTRAINT ${ident(name)} TO ${ident(last)}`,
    locks: locksOn(context, index.table, 'ACCESS EXCLUSIVE'),
  }
  const named = { ...index, name: { schema, name: last } }
  return [
    ...(last === name ? [] : [rename]),
    ...identityAgain(named, context),
    ...indexSettings(undefined, named, context),
    ...commentAgain(index.key, context, `INDEX ${ident(schema, last)}`),
    ...commentAgain(constraint.key, context, `CONSTRAINT ${ident(last)} ON ${table}`),
  ]
}

function partOf({ constraint, index }: Key, leaf: Table, context: DiffContext): Key {
  const key = partKey(index.key, leaf.key)
  const wanted = context.to.objects.get(key)
  const own = wanted?.kind === 'index' ? wanted : undefined
  const schema = leaf.name.schema
  const name = namesOf(context).keep(own?.name ?? { schema, name: `${leaf.name.name}_${index.name.name}` })
  return {
    name,
    index: { ...index, ...own, key, table: leaf.key, name: { schema, name } },
    constraint: { ...constraint, key: partKey(constraint.key, leaf.key), table: leaf.key, index: key },
  }
}

function swapLeaf(
  { constraint, index, name }: Key,
  context: DiffContext,
): Parts & { readonly called: string } {
  // A run that was stopped has built it.
  const left = leftIndex(constraint, context)
  const called = left?.name.name ?? name
  const build = buildConcurrently({ index, name: called, table: index.table, makes: [] }, context)
  const needs = [...(build.needs ?? []), ...columnsOf(constraint, context)]
  const sql = `ALTER TABLE ${nameIn(index.table)} ADD CONSTRAINT ${ident(called)} ${usingIndex(constraint, called)}`
  return {
    called,
    build: left === undefined ? [{ ...build, needs }] : [],
    swap: [
      {
        sql,
        covers: left === undefined ? [] : [left.key],
        locks: locksOn(context, index.table, 'ACCESS EXCLUSIVE'),
      },
    ],
  }
}

/** Those of the key must be NOT NULL before; those that leave it may be anything only after. */
function columnsOf({ key }: Constraint, { to }: DiffContext): readonly Constraint['key'][] {
  return [...(to.needs.get(key) ?? [])].filter((need) => to.objects.get(need)?.kind === 'column')
}
