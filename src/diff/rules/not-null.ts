import { ident } from '../../kernel/index.ts'
import { type Column, nameIn } from '../../model/index.ts'
import { partsOf } from '../label.ts'
import { locksOnTree } from '../partitions/locks.ts'
import type { Action, DiffContext } from '../rule.ts'

const NAME_BYTES = 63

/** The rows are read while others read and write them; SET NOT NULL finds the work done. */
export function setNotNull(from: Column, to: Column, context: DiffContext): readonly Action[] {
  const { set, unset } = plain(to, context)
  if (context.isNew(to.table) || isProven(from, context)) return [{ ...set, reverse: { sql: [unset] } }]
  const actions = context.to.major >= 18 ? notValid(from, to, context) : throughCheck(to, context)
  return actions.map((action) => ({ ...action, proves: true }))
}

export function dropNotNull(to: Column, context: DiffContext): readonly Action[] {
  const { table, unset, strong } = plain(to, context)
  return [{ sql: unset, locks: strong, reverse: { none: `there may be nulls in ${table} by then` } }]
}

function plain(to: Column, context: DiffContext) {
  const table = `ALTER TABLE ${nameIn(to.table)}`
  const column = `${table} ALTER COLUMN ${ident(to.name)}`
  const strong = locksOnTree(context, to.table, 'ACCESS EXCLUSIVE')
  return {
    table,
    strong,
    set: { sql: `${column} SET NOT NULL`, locks: strong },
    unset: `${column} DROP NOT NULL`,
  }
}

/** A valid CHECK says it already. */
function isProven({ table, name }: Column, { from, isGone }: DiffContext): boolean {
  const texts = [`CHECK ((${name} IS NOT NULL))`, `CHECK ((${ident(name)} IS NOT NULL))`]
  for (const object of from.objects.values())
    if (object.kind === 'constraint' && object.table === table && object.validated)
      if (texts.includes(object.definition) && !isGone(object.key)) return true
  return false
}

function notValid(from: Column, to: Column, context: DiffContext): readonly Action[] {
  const { table, unset, strong } = plain(to, context)
  const name = ident(constraintName(to))
  const add: Action = {
    sql: `${table} ADD CONSTRAINT ${name} NOT NULL ${ident(to.name)} NOT VALID`,
    locks: strong,
    reverse: { sql: [unset] },
  }
  return [...(from.notNull ? [] : [add]), validate(to, name, context)]
}

function throughCheck(to: Column, context: DiffContext): readonly Action[] {
  const { table, set, unset, strong } = plain(to, context)
  const name = ident(constraintName(to))
  const check = `${table} ADD CONSTRAINT ${name} CHECK (${ident(to.name)} IS NOT NULL) NOT VALID`
  const drop = `${table} DROP CONSTRAINT ${name}`
  return [
    { sql: check, locks: strong, reverse: { sql: [drop] } },
    validate(to, name, context),
    { ...set, reverse: { sql: [unset] } },
    { sql: drop, locks: strong, reverse: { sql: [check] } },
  ]
}

function validate(to: Column, name: string, context: DiffContext): Action {
  return {
    sql: `ALTER TABLE ${nameIn(to.table)} VALIDATE CONSTRAINT ${name}`,
    runs: 'alone',
    scans: true,
    locks: locksOnTree(context, to.table, 'SHARE UPDATE EXCLUSIVE'),
    reverse: { sql: [] },
  }
}

/** As the server itself names it: events_user_id_not_null, the longer part shortened until it fits. */
function constraintName({ table, name }: Column): string {
  const parts = [partsOf(table).at(-1)!, name]
  const rest = '_not_null'.length + 1
  while (Buffer.byteLength(parts.join('')) + rest > NAME_BYTES) {
    const longer = Buffer.byteLength(parts[0]!) > Buffer.byteLength(parts[1]!) ? 0 : 1
    parts[longer] = [...parts[longer]!].slice(0, -1).join('')
  }
  return `${parts.join('_')}_not_null`
}
