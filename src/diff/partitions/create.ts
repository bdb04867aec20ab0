import { nameIn, type ObjectKey, type Table } from '../../model/index.ts'
import type { Action, DiffContext } from '../rule.ts'
import { tableClauses } from '../rules/table-sql.ts'
import { boundCondition } from './condition.ts'
import { type PartitionSet, partitionSet } from './set.ts'
import { BOUND_CHECK, shapeOf } from './shape.ts'
import { boundOf, parentOf } from './tree.ts'

/** Of a parent that is made by the same plan, and so in nobody's way. */
export function createInNewParent(table: Table): readonly Action[] {
  const { parent, bound } = table.partitionOf!
  return [
    {
      sql: `${createWords(table)} PARTITION OF ${nameIn(parent)} ${bound}${partitionBy(table)}${tableClauses(table)}`,
      makes: [table.key],
      reverse: { sql: [`DROP TABLE ${nameIn(table.key)}`] },
    },
  ]
}

/** Beside a parent in use: nothing is locked until it is attached, and then it is empty. */
export function createBeside(table: Table, context: DiffContext): readonly Action[] {
  const parent = parentOf(table)!
  return [
    {
      sql: `${createWords(table)} (${likeParent(table, parent, context)})${partitionBy(table)}${tableClauses(table)}`,
      makes: [table.key],
      needs: shapeOf(parent, context),
      reverse: { sql: [`DROP TABLE ${nameIn(table.key)}`] },
    },
  ]
}

/** Rows are moved into it before it is attached: the CHECK spares ATTACH from reading them. */
export function isMoveTarget(set: PartitionSet | undefined, table: Table): boolean {
  return set?.moves.some(({ target }) => target.key === table.key) ?? false
}

function createWords(table: Table): string {
  return `CREATE ${table.unlogged ? 'UNLOGGED ' : ''}TABLE ${nameIn(table.key)}`
}

function partitionBy(table: Table): string {
  return table.partitionKey === undefined ? '' : ` PARTITION BY ${table.partitionKey}`
}

/** Not IDENTITY: ATTACH brings it from 17 on, and refuses a table with one of its own. */
const COPIED = ['DEFAULTS', 'GENERATED', 'STORAGE', 'COMPRESSION', 'CONSTRAINTS', 'INDEXES']

function likeParent(table: Table, parent: ObjectKey, { from, to }: DiffContext): string {
  const set = partitionSet(from, to, parent)
  const condition = set && isMoveTarget(set, table) ? boundCondition(set.key, boundOf(table)) : undefined
  return [
    `LIKE ${nameIn(parent)}${COPIED.map((what) => ` INCLUDING ${what}`).join('')}`,
    ...(condition === undefined ? [] : [`CONSTRAINT ${BOUND_CHECK} CHECK ${condition}`]),
  ].join(', ')
}
