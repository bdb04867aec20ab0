import { ident, oncePer } from '../../kernel/index.ts'
import { labelOf, memberKey, nameIn, type Table } from '../../model/index.ts'
import { locksOn } from '../label.ts'
import type { Action, DiffContext } from '../rule.ts'
import { keyColumns } from './key-columns.ts'
import { detachedKey, detachLocks, dropHazard, locksOnTree, referencedLocks } from './locks.ts'
import { objectName } from './names.ts'
import { ancestorsOf, defaultOf, parentOf } from './tree.ts'

/** A partition that leaves its parent and keeps its rows. */
export function detachTable(table: Table, context: DiffContext): readonly Action[] {
  const parent = parentOf(table)!
  const sql = `ALTER TABLE ${nameIn(parent)} DETACH PARTITION ${nameIn(table.key)}`
  const back = {
    sql: [`ALTER TABLE ${nameIn(parent)} ATTACH PARTITION ${nameIn(table.key)} ${table.partitionOf!.bound}`],
  }
  const makes = [detachedKey(table.key)]
  if (table.partitionOf!.detachPending) return [finalize(table, context)]
  if (context.isGone(parent)) {
    return [{ sql, makes, locks: detachLocks(parent, table, context), reverse: back }]
  }
  // One that this plan makes may be there first.
  const other = defaultOf(context.from, parent) ?? defaultOf(context.to, parent)
  if (other)
    return [
      { sql, makes, locks: detachLocks(parent, table, context), reverse: back, comment: whyPlain(other) },
    ]
  return [
    {
      sql: `${sql} CONCURRENTLY`,
      makes,
      runs: 'alone',
      // It waits for every transaction that has seen the partition.
      scans: true,
      locks: [
        ...locksOn(context, parent, 'SHARE UPDATE EXCLUSIVE'),
        ...locksOn(context, table.key, 'ACCESS EXCLUSIVE'),
      ],
      reverse: back,
    },
    ...(context.to.objects.has(table.key) ? dropLeftCheck(table, context) : []),
  ]
}

function whyPlain(other: Table): string {
  return `not CONCURRENTLY: the server refuses that while ${labelOf(other)} is there; both and their parent are locked for a moment`
}

export function finalize(table: Table, context: DiffContext): Action {
  const parent = parentOf(table)!
  return {
    sql: `ALTER TABLE ${nameIn(parent)} DETACH PARTITION ${nameIn(table.key)} FINALIZE`,
    makes: [detachedKey(table.key)],
    runs: 'alone',
    scans: true,
    locks: [
      ...locksOn(context, parent, 'SHARE UPDATE EXCLUSIVE'),
      ...locksOn(context, table.key, 'ACCESS EXCLUSIVE'),
    ],
    reverse: { none: 'the detach was begun before' },
    comment: `ends the detach of ${labelOf(table)} that was interrupted`,
  }
}

/** DETACH CONCURRENTLY leaves the bound behind as a CHECK. Its name is the server's choice, made as here. */
function dropLeftCheck(table: Table, context: DiffContext): readonly Action[] {
  const name = leftCheckName(table, context)
  if (context.to.objects.has(memberKey('constraint', table.key, name))) return []
  return [
    {
      sql: `ALTER TABLE ${nameIn(table.key)} DROP CONSTRAINT IF EXISTS ${ident(name)}`,
      locks: locksOnTree(context, table.key, 'ACCESS EXCLUSIVE'),
      reverse: { sql: [] },
      comment: 'DETACH CONCURRENTLY leaves the bound behind as a CHECK',
    },
  ]
}

function leftCheckName(table: Table, { from }: DiffContext): string {
  const columns = new Set(ancestorsOf(from, table).flatMap((parent) => keyColumns(from, parent)))
  const [only] = columns
  const taken = (name: string) => [...(constraintNames(from).get(table.name.schema) ?? [])].includes(name)
  for (let i = 0; ; i += 1) {
    const name = objectName(
      table.name.name,
      columns.size === 1 ? only : undefined,
      `check${i === 0 ? '' : i}`,
    )
    if (!taken(name)) return name
  }
}

/** The server gives no name that another constraint of the schema has. */
const constraintNames = oncePer((catalog: DiffContext['from']): ReadonlyMap<string, ReadonlySet<string>> => {
  const found = new Map<string, Set<string>>()
  for (const object of catalog.objects.values()) {
    if (object.kind !== 'constraint') continue
    const table = catalog.objects.get(object.table)
    if (table?.kind !== 'table') continue
    const set = found.get(table.name.schema) ?? new Set()
    found.set(table.name.schema, set.add(object.name))
  }
  return found
})

/** Detached first: then DROP TABLE locks nothing that is in use. */
export function dropLeaf(table: Table, context: DiffContext): readonly Action[] {
  return [
    ...detachTable(table, context),
    {
      sql: `DROP TABLE ${nameIn(table.key)}`,
      drops: [table.key],
      locks: [
        ...locksOnTree(context, table.key, 'ACCESS EXCLUSIVE'),
        ...referencedLocks(parentOf(table)!, context, 'ACCESS EXCLUSIVE'),
      ],
      hazards: [dropHazard(table)],
      reverse: { none: `the rows of ${labelOf(table)} are gone` },
    },
  ]
}
