import { ident } from '../../kernel/index.ts'
import { type Constraint, type Index, nameIn, type ObjectKey, objectKey } from '../../model/index.ts'
import { planHazard } from '../hazards.ts'
import { labelOfKey, locksOn } from '../label.ts'
import { changedKeys } from '../partitions/constraint-build.ts'
import { identityAgain, indexSettings } from '../partitions/index-settings.ts'
import { canBecome } from '../partitions/index-text.ts'
import { locksOnPartitions } from '../partitions/locks.ts'
import { namesOf } from '../partitions/names.ts'
import type { Lock, LockMode } from '../plan.ts'
import type { Action, DiffContext, Rule } from '../rule.ts'
import { commentAgain } from './comment.ts'
import { partitionedConstraint } from './partitioned-constraint.ts'

export const constraintRule: Rule<Constraint> = {
  create: (it, context) => {
    if (onPartitions(it, context)) return actionsOf(partitionedConstraint(undefined, it, context))
    return it.parent === undefined ? create(it, context) : []
  },
  drop: (it, context) => {
    if (onPartitions(it, context)) return actionsOf(partitionedConstraint(it, undefined, context))
    return it.parent === undefined ? [drop(it, context)] : []
  },
  alter: (from, to, context) => {
    if (onPartitions(to, context)) return partitionedConstraint(from, to, context)
    return to.parent === undefined ? alter(from, to, context) : []
  },
  displaces: (from, to, context) => {
    if (from.definition === to.definition) return []
    // Foreign keys stand on the index; a key that is swapped sees to its comments itself.
    const isKey = onPartitions(to, context) || to.index !== undefined
    const kinds = isKey ? (['foreign'] as const) : (['foreign', 'comment'] as const)
    return [{ of: from.key, kinds }, ...(from.index ? [{ of: from.index, kinds }] : [])]
  },
}

function onPartitions({ table }: Constraint, { from, to }: DiffContext): boolean {
  return [to, from].some(({ objects }) => {
    const object = objects.get(table)
    return object?.kind === 'table' && (object.partitionKey !== undefined || object.partitionOf !== undefined)
  })
}

/** What makes or drops is never a replacement or a refusal. */
function actionsOf(answer: ReturnType<Rule<Constraint>['alter']>): readonly Action[] {
  return answer === 'replace' || 'refused' in answer ? [] : answer
}

function create(it: Constraint, context: DiffContext): readonly Action[] {
  if (context.isNew(it.table)) return [{ sql: addSql(it, it.name), locks: addLocks(it, context) }]
  switch (it.type) {
    case 'check':
    case 'foreign':
      return isChecked(it)
        ? [addNotValid(it, it.name, context), validate(it, it.name, context)]
        : [addNotValid(it, it.name, context)]
    case 'exclude':
      return [inOne(it, context)]
    default:
      return usesIndex(it, context) ? throughIndex(it, context) : [inOne(it, context)]
  }
}

function drop(it: Constraint, context: DiffContext): Action {
  return {
    sql: `ALTER TABLE ${nameIn(it.table)} DROP CONSTRAINT ${ident(it.name)}`,
    locks: locksOfBoth(it, context, 'ACCESS EXCLUSIVE'),
  }
}

/** The new one is there before the old one goes: at no moment can a row break the rule. */
function alter(
  from: Constraint,
  to: Constraint,
  context: DiffContext,
): ReturnType<Rule<Constraint>['alter']> {
  if (from.definition === to.definition && from.type === to.type)
    return to.validated && !from.validated ? [validate(to, to.name, context)] : []
  if (from.type !== to.type || context.isNew(to.table)) return 'replace'
  if (to.type === 'check' || to.type === 'foreign') return beside(from, to, context)
  return to.type === 'exclude' || !usesIndex(to, context) ? 'replace' : swapIndex(to, context)
}

const notValid = ({ definition }: Constraint): string =>
  / NOT ENFORCED$/.test(definition) ? definition : `${definition} NOT VALID`

/** What is NOT ENFORCED (18) cannot be validated. */
const isChecked = ({ validated, definition }: Constraint): boolean =>
  validated && !/ NOT ENFORCED$/.test(definition)

const addSql = (it: Constraint, name: string): string =>
  `ALTER TABLE ${nameIn(it.table)} ADD CONSTRAINT ${ident(name)} ${it.validated ? it.definition : notValid(it)}`

function addNotValid(it: Constraint, name: string, context: DiffContext): Action {
  return {
    sql: addSql({ ...it, validated: false }, name),
    makes: [it.key],
    needs: changedKeys(it, context),
    locks: addLocks(it, context),
    reverse: { sql: [`ALTER TABLE ${nameIn(it.table)} DROP CONSTRAINT ${ident(name)}`] },
  }
}

function addLocks(it: Constraint, context: DiffContext): readonly Lock[] {
  return locksOfBoth(it, context, it.type === 'foreign' ? 'SHARE ROW EXCLUSIVE' : 'ACCESS EXCLUSIVE')
}

function locksOfBoth(it: Constraint, context: DiffContext, mode: LockMode): readonly Lock[] {
  const other =
    it.references === undefined || it.references === it.table
      ? []
      : locksOnPartitions(context, it.references, mode)
  return [...locksOn(context, it.table, mode), ...other]
}

/** In a transaction of its own: the one that adds it would hold its stronger lock while every row is read. */
function validate(it: Constraint, name: string, context: DiffContext): Action {
  const other =
    it.references === undefined || it.references === it.table
      ? []
      : locksOn(context, it.references, 'ROW SHARE')
  return {
    sql: `ALTER TABLE ${nameIn(it.table)} VALIDATE CONSTRAINT ${ident(name)}`,
    runs: 'alone',
    scans: true,
    locks: [...locksOn(context, it.table, 'SHARE UPDATE EXCLUSIVE'), ...other],
    reverse: { sql: [] },
  }
}

function beside(from: Constraint, to: Constraint, context: DiffContext): readonly Action[] {
  const name = `${to.name.slice(0, 50)}__new`
  const table = `ALTER TABLE ${nameIn(to.table)}`
  const back = { none: 'compare the two states the other way round' }
  return [
    { ...addNotValid(to, name, context), makes: [] },
    ...(isChecked(to) ? [validate(to, name, context)] : []),
    { ...drop(from, context), reverse: back },
    {
      sql: `${table} RENAME CONSTRAINT ${ident(name)} TO ${ident(to.name)}`,
      locks: locksOn(context, to.table, 'ACCESS EXCLUSIVE'),
      reverse: back,
    },
  ]
}

/** Its index can be built beforehand. Not so that of WITHOUT OVERLAPS (18). */
const usesIndex = (it: Constraint, context: DiffContext): boolean =>
  indexOf(it, context) !== undefined && !/ WITHOUT OVERLAPS/.test(it.definition)

function indexOf({ index }: Constraint, { to }: DiffContext): Index | undefined {
  const object = index && to.objects.get(index)
  return object?.kind === 'index' ? object : undefined
}

function throughIndex(it: Constraint, context: DiffContext): readonly Action[] {
  const index = indexOf(it, context)!
  const there = context.from.objects.get(index.key)
  // A run that was stopped has built it.
  const isBuilt = there?.kind === 'index' && canBecome(there, index)
  // What has its name and does not fit stays until it is built.
  const next = there === undefined || isBuilt ? undefined : builtBeside(index, it, context)
  const name = ident(next?.name ?? index.name.name)
  const build = { ...buildIndex(it, index.definition, context), makes: [index.key] }
  return [
    ...(isBuilt ? [] : (next?.build ?? [build])),
    {
      sql: `ALTER TABLE ${nameIn(it.table)} ADD CONSTRAINT ${ident(it.name)} ${usingIndex(it, name)}`,
      makes: isBuilt ? [it.key] : [it.key, index.key],
      covers: next?.covers ?? [],
      locks: locksOn(context, it.table, 'ACCESS EXCLUSIVE'),
      reverse: { sql: [`ALTER TABLE ${nameIn(it.table)} DROP CONSTRAINT ${ident(it.name)}`] },
    },
  ]
}

interface Beside {
  readonly name: string
  readonly build: readonly Action[]
  readonly covers: readonly ObjectKey[]
}

/** Under a name of its own, while the old one serves. */
function builtBeside(index: Index, to: Constraint, context: DiffContext): Beside {
  const wish = { schema: index.name.schema, name: `${index.name.name.slice(0, 50)}__new` }
  const there = context.from.objects.get(objectKey('index', wish))
  // A run that was stopped has built it.
  const left =
    there?.kind === 'index' && !context.to.objects.has(there.key) && canBecome(there, index)
      ? there.key
      : undefined
  const name = left === undefined ? namesOf(context).give(wish) : wish.name
  const definition = index.definition.replace(
    /^(CREATE UNIQUE INDEX )(?:"(?:[^"]|"")*"|\S+)/,
    `$1${ident(name).replaceAll('$', '$$$$')}`,
  )
  return {
    name,
    build: left === undefined ? [buildIndex({ ...to, index: undefined }, definition, context)] : [],
    covers: left === undefined ? [] : [left],
  }
}

function swapIndex(to: Constraint, context: DiffContext): readonly Action[] {
  const index = indexOf(to, context)!
  const { name, build, covers } = builtBeside(index, to, context)
  const c = ident(to.name)
  const back = { none: 'compare the two states the other way round' }
  return [
    ...build,
    {
      sql: `ALTER TABLE ${nameIn(to.table)} DROP CONSTRAINT ${c}, ADD CONSTRAINT ${c} ${usingIndex(to, ident(name))}`,
      covers,
      locks: locksOn(context, to.table, 'ACCESS EXCLUSIVE'),
      reverse: back,
    },
    ...[
      ...identityAgain(index, context),
      ...indexSettings(undefined, index, context),
      ...[to.key, index.key].flatMap((key) => commentAgain(key, context)),
    ].map((action) => ({ ...action, together: true, reverse: { sql: [] } })),
  ]
}

function usingIndex({ type, definition }: Constraint, name: string): string {
  const deferrable = /( DEFERRABLE)?( INITIALLY DEFERRED)?$/.exec(definition)?.[0] ?? ''
  return `${type === 'primary' ? 'PRIMARY KEY' : 'UNIQUE'} USING INDEX ${name}${deferrable}`
}

function buildIndex(it: Constraint, definition: string, context: DiffContext): Action {
  const index = it.index && context.to.objects.get(it.index)
  const tablespace =
    index?.kind === 'index' && index.tablespace ? ` TABLESPACE ${ident(index.tablespace)}` : ''
  const drop = index?.kind === 'index' ? [`DROP INDEX CONCURRENTLY IF EXISTS ${nameIn(index.key)}`] : []
  return {
    sql: `${definition.replace(/^CREATE UNIQUE INDEX /, 'CREATE UNIQUE INDEX CONCURRENTLY ')}${tablespace}`,
    runs: 'alone',
    scans: true,
    locks: locksOn(context, it.table, 'SHARE UPDATE EXCLUSIVE'),
    reverse: { sql: drop },
  }
}

/** There is no form of it that does not block. */
function inOne(it: Constraint, context: DiffContext): Action {
  const table = labelOfKey(it.table)
  const hazard =
    it.type === 'exclude'
      ? planHazard('exclusion-constraint', { table })
      : planHazard('unique-builds-index', { table, kind: it.type, sql: 'add it while the table is empty' })
  return {
    sql: addSql(it, it.name),
    scans: true,
    locks: locksOn(context, it.table, 'ACCESS EXCLUSIVE'),
    hazards: [hazard],
  }
}
