import { ident } from '../../kernel/index.ts'
import { type Constraint, type Index, nameIn, type ObjectKey } from '../../model/index.ts'
import { type ActionHazard, planHazard } from '../hazards.ts'
import { labelOfKey, locksOn } from '../label.ts'
import type { Lock } from '../plan.ts'
import type { Action, DiffContext } from '../rule.ts'
import { sameConstraint, unaligned } from './align.ts'
import { buildLeaf, buildTree } from './index-build.ts'
import { canBecome, sameIndex } from './index-text.ts'
import { detachedKey, locksOnPartitions, readyKey } from './locks.ts'
import { namesOf } from './names.ts'
import { descendantsOf, membersOf, tableIn } from './tree.ts'

/** Since then foreign keys of partitioned tables may be NOT VALID at first. */
const FOREIGN_NOT_VALID = 18

/** On a table that the plan makes itself. */
export function addPlain(it: Constraint, context: DiffContext): Action {
  return {
    sql: `${alterTable(it)} ADD CONSTRAINT ${ident(it.name)} ${definitionOf(it)}`,
    makes: [it.key],
    needs: changedKeys(it, context),
    locks: constraintLocks(it, context, addMode(it)),
    reverse: dropIt(it),
  }
}

/** On a table in use: what reads every row does so without locking out anybody. */
export function addOnline(it: Constraint, context: DiffContext, indexName?: string): readonly Action[] {
  const isPartitioned = tableIn(context.to, it.table)?.partitionKey !== undefined
  if (it.type === 'primary' || it.type === 'unique') return addKey(it, context, { isPartitioned, indexName })
  if (it.type === 'exclude') return [{ ...addPlain(it, context), scans: true, hazards: [excludeHazard(it)] }]
  if (it.type === 'foreign' && isPartitioned && context.to.major < FOREIGN_NOT_VALID && it.validated)
    return addForeignByLeaf(it, context)
  return it.validated ? addInTwo(it, context) : [addPlain(it, context)]
}

/** NOT VALID, which holds its lock for a moment; then VALIDATE, which reads while others write. */
function addInTwo(it: Constraint, context: DiffContext): readonly Action[] {
  return [
    {
      sql: `${alterTable(it)} ADD CONSTRAINT ${ident(it.name)} ${it.definition} NOT VALID`,
      makes: [it.key],
      needs: [detachedKey(it.table), ...changedKeys(it, context)],
      locks: [
        ...constraintLocks(it, context, addMode(it)),
        ...(ownLeaves(it, context).length > 0 ? lostTriggers(it, context) : []),
      ],
      reverse: dropIt(it),
    },
    // ATTACH takes over what is proven.
    { ...validate(it, context), makes: [readyKey(it.key)] },
  ]
}

/** A foreign key takes the first index that fits: that of a key which is about to be swapped would be in its way. */
export function changedKeys({ references }: Constraint, { from, to }: DiffContext): readonly ObjectKey[] {
  if (references === undefined) return []
  return membersOf(to, references).constraints.flatMap(({ key, type, definition }) => {
    const before = from.objects.get(key)
    const isSwapped = before?.kind === 'constraint' && before.definition !== definition
    return isSwapped && (type === 'primary' || type === 'unique') ? [key] : []
  })
}

const addMode = ({ type }: Constraint): Lock['mode'] =>
  type === 'foreign' ? 'SHARE ROW EXCLUSIVE' : 'ACCESS EXCLUSIVE'

export function validate(it: Constraint, context: DiffContext): Action {
  const proven = ownLeaves(it, context)
    .filter(({ validated }) => validated)
    .map(({ table }) => labelOfKey(table))
  return {
    sql: `${alterTable(it)} VALIDATE CONSTRAINT ${ident(it.name)}`,
    runs: 'alone',
    scans: true,
    locks: [
      ...locksOnPartitions(context, it.table, 'SHARE UPDATE EXCLUSIVE').filter(
        ({ relation }) => !proven.includes(relation),
      ),
      ...(it.references ? locksOn(context, it.references, 'ROW SHARE') : []),
    ],
    reverse: { sql: [] },
  }
}

interface Key {
  readonly isPartitioned: boolean
  /** Default: that of the new state, where it is free. */
  readonly indexName: string | undefined
}

function addKey(it: Constraint, context: DiffContext, { isPartitioned, indexName }: Key): readonly Action[] {
  const index = it.index && context.to.objects.get(it.index)
  // WITHOUT OVERLAPS cannot be made of an index that is there.
  if (index?.kind !== 'index' || / WITHOUT OVERLAPS/.test(it.definition)) {
    return [{ ...addPlain(it, context), scans: true, hazards: [excludeHazard(it)] }]
  }
  const name = it.parent === undefined ? it.name : (indexName ?? namesOf(context).keep(index.name))
  const tree = {
    index: { ...index, name: { ...index.name, name } } satisfies Index,
    name,
    constraint: it,
    isNew: true,
  }
  if (isPartitioned) return buildTree(tree, context)
  const there = context.from.objects.get(index.key)
  const [build, ...rest] = buildLeaf(tree, context)
  // A run that was stopped has built it.
  if (there?.kind === 'index' && canBecome(there, index)) return rest
  // One of its name that does not fit goes first.
  return [{ ...build!, makes: [index.key] }, ...rest]
}

/** Of a leaf: an index that a run built which was interrupted before the constraint took it over. */
export function leftIndex(it: Constraint, { from, to }: DiffContext): Index | undefined {
  const wanted = it.index && to.objects.get(it.index)
  if (wanted?.kind !== 'index' || tableIn(to, it.table)?.partitionKey !== undefined) return undefined
  const isLeft = (one: Index) =>
    one.valid && one.constraint === undefined && one.parent === undefined && !to.objects.has(one.key)
  return membersOf(from, it.table).indexes.find(
    (one) => isLeft(one) && sameIndex(one.definition, wanted.definition),
  )
}

/** The constraint takes over what is built already. */
export function adoptLeft(it: Constraint, left: Index, context: DiffContext): readonly Action[] {
  const index = { ...left, key: it.index!, table: it.table }
  const [, ...rest] = buildLeaf({ index, name: left.name.name, constraint: it, isNew: true }, context)
  return rest.map((action, i) => (i === 0 ? { ...action, covers: [left.key] } : action))
}

/** Each leaf by itself, NOT VALID first; that of the parent then takes them over without reading a row. */
function addForeignByLeaf(it: Constraint, context: DiffContext): readonly Action[] {
  const leaves = descendantsOf(unaligned(context.from), it.table).filter(
    ({ partitionKey }) => partitionKey === undefined,
  )
  const owned = new Map(ownLeaves(it, context).map((own) => [own.table, own]))
  const pairs = leaves.map(({ key }) => addToLeaf({ ...it, table: key }, owned.get(key), context))
  // In place of one that was dropped: with that, so that no row that is written in between escapes it.
  const isAgain = context.from.objects.has(it.key)
  const parts = isAgain
    ? [...pairs.flatMap(({ add }) => add), ...pairs.flatMap(({ prove }) => prove)]
    : pairs.flatMap(({ add, prove }) => [...add, ...prove])
  return [
    ...parts.map((action, i) => ({ ...action, makes: i === 0 ? [it.key] : [] })),
    {
      ...addPlain(it, context),
      locks: [
        ...constraintLocks({ ...it, references: undefined }, context, leafMode(it, context)),
        ...lostTriggers(it, context),
      ],
    },
  ]
}

interface Halves {
  readonly add: readonly Action[]
  readonly prove: readonly Action[]
}

/** The triggers of the leaves' keys are dropped on the table that they point at. */
function lostTriggers({ references }: Constraint, context: DiffContext): readonly Lock[] {
  return references ? locksOnPartitions(context, references, 'ACCESS EXCLUSIVE') : []
}

/** Foreign keys that leaves have of their own, as of a run that was interrupted: their parent's takes them over. */
function ownLeaves(it: Constraint, context: DiffContext): readonly Constraint[] {
  if (it.type !== 'foreign') return []
  const from = unaligned(context.from)
  return descendantsOf(from, it.table).flatMap(({ key }) =>
    membersOf(from, key).constraints.filter(
      (one) => one.parent === undefined && sameConstraint(one, it) && !context.isGone(one.key),
    ),
  )
}

/** What it has already is proven, where it is not: else it would have to be read under the parent's lock. */
function addToLeaf(it: Constraint, own: Constraint | undefined, context: DiffContext): Halves {
  if (own) return { add: [], prove: own.validated ? [] : [validate(own, context)] }
  const [add, ...prove] = addInTwo(it, context)
  return { add: [add!], prove }
}

/** Seen on 14: where that table is partitioned itself, the leaves' own triggers go, too. */
function leafMode({ references }: Constraint, { to }: DiffContext): Lock['mode'] {
  return tableIn(to, references)?.partitionKey === undefined ? 'SHARE ROW EXCLUSIVE' : 'ACCESS EXCLUSIVE'
}

function alterTable({ table }: Constraint): string {
  return `ALTER TABLE ${nameIn(table)}`
}

function definitionOf({ definition, validated }: Constraint): string {
  return validated ? definition : `${definition} NOT VALID`
}

function dropIt(it: Constraint): NonNullable<Action['reverse']> {
  return { sql: [`${alterTable(it)} DROP CONSTRAINT ${ident(it.name)}`] }
}

/** Of the table with its partitions, and of the one that it points at with its. */
export function constraintLocks(it: Constraint, context: DiffContext, mode: Lock['mode']): readonly Lock[] {
  return [
    ...locksOnPartitions(context, it.table, mode),
    ...(it.references ? locksOnPartitions(context, it.references, mode) : []),
  ]
}

function excludeHazard(it: Constraint): ActionHazard {
  return planHazard('exclusion-constraint', { table: labelOfKey(it.table) })
}
