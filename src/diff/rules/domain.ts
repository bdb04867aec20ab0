import { ident } from '../../kernel/index.ts'
import { type Domain, memberKey, nameIn, type ObjectKey } from '../../model/index.ts'
import { planHazard } from '../hazards.ts'
import { labelOfKey, locksOn } from '../label.ts'
import type { Action, DiffContext, Rule } from '../rule.ts'
import { commentAgain } from './comment.ts'
import { lastingType } from './lasting.ts'

type Check = Domain['checks'][number]

export const domainRule: Rule<Domain> = {
  create: (domain) => [
    { sql: createSql(domain) },
    ...domain.checks.filter(({ validated }) => !validated).map((check) => addCheck(domain, check)),
  ],
  drop: ({ key }, context) => [{ sql: `DROP DOMAIN ${nameIn(key)}`, hazards: lastingType(key, context) }],
  alter: (from, to, context) => {
    if (from.type !== to.type || from.collation !== to.collation) return 'replace'
    return [
      ...dropChecks(from, to),
      ...alterDefault(from, to),
      ...alterNull(from, to, context),
      ...addChecks(from, to, context),
      ...commentsAgain(from, to, context),
    ]
  },
}

function createSql({ key, type, collation, default: value, notNull, checks }: Domain): string {
  return [
    `CREATE DOMAIN ${nameIn(key)} AS ${type}`,
    collation === undefined ? '' : ` COLLATE ${collation}`,
    value === undefined ? '' : ` DEFAULT ${value}`,
    notNull ? ' NOT NULL' : '',
    ...checks
      .filter(({ validated }) => validated)
      .map(({ name, definition }) => ` CONSTRAINT ${ident(name)} ${definition}`),
  ].join('')
}

function alterDefault(from: Domain, to: Domain): readonly Action[] {
  if (from.default === to.default) return []
  const change = to.default === undefined ? 'DROP DEFAULT' : `SET DEFAULT ${to.default}`
  return [{ sql: `ALTER DOMAIN ${nameIn(to.key)} ${change}` }]
}

function alterNull(from: Domain, to: Domain, context: DiffContext): readonly Action[] {
  if (from.notNull === to.notNull) return []
  if (!to.notNull) return [{ sql: `ALTER DOMAIN ${nameIn(to.key)} DROP NOT NULL` }]
  return [scanning(to, 'SET NOT NULL', context)]
}

function dropChecks(from: Domain, to: Domain): readonly Action[] {
  return from.checks
    .filter((check) => find(to, check)?.definition !== check.definition)
    .map(({ name }) => ({ sql: `ALTER DOMAIN ${nameIn(to.key)} DROP CONSTRAINT ${ident(name)}` }))
}

function addChecks(from: Domain, to: Domain, context: DiffContext): readonly Action[] {
  return to.checks.flatMap((check) => {
    const before = find(from, check)
    const known = before?.definition === check.definition
    const add = known ? [] : [addCheck(to, check)]
    const validate = check.validated && !(known && before.validated)
    return validate ? [...add, scanning(to, `VALIDATE CONSTRAINT ${ident(check.name)}`, context)] : add
  })
}

/** Of CHECKs that are made anew under their names. */
function commentsAgain(from: Domain, to: Domain, context: DiffContext): readonly Action[] {
  return to.checks
    .filter((check) => (find(from, check) ?? check).definition !== check.definition)
    .flatMap(({ name }) => commentAgain(memberKey('constraint', to.key, name), context))
}

const find = ({ checks }: Domain, { name }: Check) => checks.find((check) => check.name === name)

function addCheck({ key }: Domain, { name, definition }: Check): Action {
  return { sql: `ALTER DOMAIN ${nameIn(key)} ADD CONSTRAINT ${ident(name)} ${definition} NOT VALID` }
}

/** Every table with a column of the domain is read, and nobody writes to it meanwhile. */
function scanning({ key }: Domain, change: string, context: DiffContext): Action {
  const sql = 'a CHECK on each column, NOT VALID and then validated, in place of the rule of the domain'
  return {
    sql: `ALTER DOMAIN ${nameIn(key)} ${change}`,
    runs: 'alone',
    scans: true,
    locks: tablesOf(key, context).flatMap((table) => locksOn(context, table, 'SHARE')),
    hazards: [planHazard('domain-constraint-scans', { name: labelOfKey(key), sql })],
  }
}

/** Those with a column of it, or of a domain over it. */
function tablesOf(key: ObjectKey, { from }: DiffContext): readonly ObjectKey[] {
  const types = new Set([key])
  const tables = new Set<ObjectKey>()
  // A set goes on with what is added to it meanwhile.
  for (const type of types)
    for (const object of from.objects.values())
      if ((object.kind === 'column' || object.kind === 'domain') && from.needs.get(object.key)?.has(type))
        object.kind === 'column' ? tables.add(object.table) : types.add(object.key)
  return [...tables].sort()
}
