import { ident, plainIdent } from '../../kernel/index.ts'
import { type Grant, kindIn, nameIn, type ObjectKey } from '../../model/index.ts'
import { type ActionHazard, planHazard } from '../hazards.ts'
import { partsOf } from '../label.ts'
import type { Action, DiffContext, Rule } from '../rule.ts'
import { nameFor } from './about.ts'
import { nameParts, routineSignature } from './target.ts'

type Privilege = Grant['privileges'][number]

export const grantRule: Rule<Grant> = {
  create: (grant, context) => change(grant, { from: usual(grant), to: grant.privileges }, context),
  drop: (grant, context) =>
    change(grant, { from: grant.privileges, to: usual(grant) }, context).map(({ makes: _, ...action }) => ({
      ...action,
      drops: [grant.key],
    })),
  alter: (from, to, context) => change(to, { from: from.privileges, to: to.privileges }, context),
}

/** What everybody may do with routines and types if nothing is said: the grant without privileges takes it away. */
function usual({ on, role, privileges }: Grant): readonly Privilege[] {
  if (role !== 'public' || privileges.length > 0) return []
  const kind = kindIn(on)
  if (kind === 'routine') return [{ name: 'EXECUTE', grantable: false }]
  const isType = kind === 'enum' || kind === 'domain' || kind === 'type'
  return isType ? [{ name: 'USAGE', grantable: false }] : []
}

interface Change {
  readonly from: readonly Privilege[]
  readonly to: readonly Privilege[]
}

/** GRANT and REVOKE of exactly what differs. */
function change(grant: Grant, { from, to }: Change, context: DiffContext): readonly Action[] {
  const back = statements(grant, { from: to, to: from }, context)
  const lost = from.filter(({ name }) => !to.some((p) => p.name === name)).map(({ name }) => name)
  return statements(grant, { from, to }, context).map((sql, i, all) => ({
    sql,
    makes: [grant.key],
    // The first: what is taken away comes before what is given.
    hazards: i === 0 && lost.length > 0 ? [revoked(grant, lost)] : [],
    // Each takes back one kind of change; their order does not matter.
    reverse: { sql: back.length === all.length ? [back[back.length - 1 - i]!] : i === 0 ? back : [] },
  }))
}

function revoked({ on, role }: Grant, lost: readonly string[]): ActionHazard {
  return planHazard('revoke', {
    name: role === 'public' ? 'PUBLIC' : plainIdent(role),
    object: partsOf(on).map(plainIdent).join('.'),
    kind: lost.join(', '),
  })
}

function statements(grant: Grant, { from, to }: Change, context: DiffContext): readonly string[] {
  const had = new Map(from.map((p) => [p.name, p]))
  const has = new Map(to.map((p) => [p.name, p]))
  const gone = from.filter((p) => !has.has(p.name))
  const ungrantable = to.filter((p) => !p.grantable && had.get(p.name)?.grantable)
  const plain = to.filter((p) => !p.grantable && !had.has(p.name))
  const grantable = to.filter((p) => p.grantable && !had.get(p.name)?.grantable)
  const on = (privileges: readonly Privilege[]) =>
    `${list(privileges, grant.on)} ON ${grantTarget(grant.on, context)}`
  const who = grant.role === 'public' ? 'PUBLIC' : ident(grant.role)
  return [
    ...(gone.length > 0 ? [`REVOKE ${on(gone)} FROM ${who}`] : []),
    ...(ungrantable.length > 0 ? [`REVOKE GRANT OPTION FOR ${on(ungrantable)} FROM ${who}`] : []),
    ...(plain.length > 0 ? [`GRANT ${on(plain)} TO ${who}`] : []),
    ...(grantable.length > 0 ? [`GRANT ${on(grantable)} TO ${who} WITH GRANT OPTION`] : []),
  ]
}

function list(privileges: readonly Privilege[], on: ObjectKey): string {
  const column = kindIn(on) === 'column' ? ` (${nameParts(nameIn(on)).at(-1)})` : ''
  return privileges.map(({ name }) => `${name}${column}`).join(', ')
}

/** Views and materialized views are tables to GRANT. */
function grantTarget(on: ObjectKey, context: DiffContext): string {
  const object = context.to.objects.get(on) ?? context.from.objects.get(on)
  switch (kindIn(on)) {
    case 'column':
      return `TABLE ${nameParts(nameIn(on)).slice(0, -1).join('.')}`
    case 'sequence':
      return `SEQUENCE ${nameFor(on, context)}`
    case 'schema':
      return `SCHEMA ${nameIn(on)}`
    case 'routine':
      return `ROUTINE ${object?.kind === 'routine' ? routineSignature(object) : nameIn(on)}`
    case 'enum':
    case 'type':
      return `TYPE ${nameFor(on, context)}`
    case 'domain':
      return `DOMAIN ${nameFor(on, context)}`
    default:
      return `TABLE ${nameFor(on, context)}`
  }
}
