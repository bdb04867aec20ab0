import { ident, plainIdent } from '../../kernel/index.ts'
import { type Column, nameIn, type ObjectKey } from '../../model/index.ts'
import { type ActionHazard, planHazard } from '../hazards.ts'
import { labelOfKey, locksOn, partsOf } from '../label.ts'
import { locksOnTree } from '../partitions/locks.ts'
import { objectName } from '../partitions/names.ts'
import { membersOf } from '../partitions/tree.ts'
import type { Action, DiffContext } from '../rule.ts'

/** The rows are read while others read and write them; SET NOT NULL finds the work done. */
export function setNotNull(from: Column, to: Column, context: DiffContext): readonly Action[] {
  const { set, unset } = plain(to, context)
  if (context.isNew(to.table) || isProven(from, context)) return [{ ...set, reverse: { sql: [unset] } }]
  const actions = context.to.major >= 18 ? notValid(from, to, context) : throughCheck(to, context)
  return actions.map((action) => ({ ...action, proves: true }))
}

export function dropNotNull(to: Column, context: DiffContext): readonly Action[] {
  const { table, unset, strong } = plain(to, context)
  const reverse = { none: `there may be nulls in ${table} by then` }
  return [{ sql: unset, needs: changedKeys(to, context), locks: strong, reverse }]
}

/** Primary keys that it leaves: until then it cannot be null. */
function changedKeys({ key, table }: Column, { from, to }: DiffContext): readonly ObjectKey[] {
  return membersOf(from, table).constraints.flatMap((it) =>
    it.type === 'primary' && from.needs.get(it.key)?.has(key) && to.objects.has(it.key) ? [it.key] : [],
  )
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
  // The one that is there has a name already.
  const name = ident((from.notNull ? from.notNullName : ownName(to)) ?? defaultName(to))
  const add: Action = {
    sql: `${table} ADD CONSTRAINT ${name} NOT NULL ${ident(to.name)}${to.notNullNoInherit ? ' NO INHERIT' : ''} NOT VALID`,
    locks: strong,
    reverse: { sql: [unset] },
  }
  return [...(from.notNull ? [] : [add]), ...(to.notNullValid ? [validate(to, name, context)] : [])]
}

function throughCheck(to: Column, context: DiffContext): readonly Action[] {
  const { table, set, unset, strong } = plain(to, context)
  const name = ident(defaultName(to))
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

/** As the server itself names it: events_user_id_not_null. */
function defaultName({ table, name }: Column): string {
  return objectName(partsOf(table).at(-1)!, name, 'not_null')
}

/** One that somebody chose; a partition has its parent's. */
export function ownName(column: Column): string | undefined {
  const { notNullName, inherited } = column
  const [, number] = notNullName?.startsWith(defaultName(column))
    ? [0, notNullName.slice(defaultName(column).length)]
    : [0, 'other']
  return inherited || /^\d*$/.test(number) ? undefined : notNullName
}

/** Of a NOT NULL that stays: its name, where the new state has one of its own, and whether heirs have it, too. */
export function alterNotNull(from: Column, to: Column, context: DiffContext): readonly Action[] {
  const name = from.notNullName
  if (!from.notNull || !to.notNull || to.inherited || name === undefined) return []
  const { table, strong } = plain(to, context)
  const wanted = ownName(to) ?? name
  const rename = (a: string, b: string) => `${table} RENAME CONSTRAINT ${ident(a)} TO ${ident(b)}`
  const inherit = (no: boolean | undefined) =>
    `${table} ALTER CONSTRAINT ${ident(wanted)} ${no ? 'NO ' : ''}INHERIT`
  return [
    ...(wanted === name
      ? []
      : [
          {
            sql: rename(name, wanted),
            locks: locksOn(context, to.table, 'ACCESS EXCLUSIVE'),
            reverse: { sql: [rename(wanted, name)] },
          },
        ]),
    ...(from.notNullNoInherit === to.notNullNoInherit
      ? []
      : [
          {
            sql: inherit(to.notNullNoInherit),
            locks: strong,
            // Rows of heirs are read.
            scans: true,
            hazards: to.notNullNoInherit || strong.length < 2 ? [] : [heirsHazard(to)],
            reverse: { sql: [inherit(from.notNullNoInherit)] },
          },
        ]),
  ]
}

function heirsHazard({ table, name }: Column): ActionHazard {
  return planHazard('heirs-not-null-scans', { table: labelOfKey(table), column: plainIdent(name) })
}
