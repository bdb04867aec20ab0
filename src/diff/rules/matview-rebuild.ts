import { ident, type QualifiedName, qualified } from '../../kernel/index.ts'
import { type Index, kindIn, labelOf, type MatView, type ObjectKey } from '../../model/index.ts'
import { type ActionHazard, planHazard } from '../hazards.ts'
import { locksOn } from '../label.ts'
import { ownerAgain } from '../owners.ts'
import type { Action, DiffContext } from '../rule.ts'
import { againOn, indexesOf, membersOf } from './matview-members.ts'
import { rebindings } from './matview-rebind.ts'
import { stays } from './matview-set.ts'
import {
  asideName,
  columnSettings,
  createMatView,
  dropMatView,
  indexOn,
  sizeOf,
  willBePopulated,
} from './matview-sql.ts'
import { readersOf, sourceLocks } from './sources.ts'
import { replaceView } from './view.ts'

/** One materialized view of a group, with the names that its two versions bear meanwhile. */
interface Rebuild {
  readonly from: MatView
  readonly to: MatView
  readonly fresh: QualifiedName
  readonly old: QualifiedName
}

/**
 * Each is filled beside the old one and indexed there; then names are swapped, and views and functions bound to the new one. The old
 * ones go last, when nothing reads them any more. Readers wait for a moment only, and never find it missing. The way back is the same
 * way from the other side: no action has a reverse of its own.
 */
export function rebuildActions(group: readonly ObjectKey[], context: DiffContext): readonly Action[] {
  const rebuilds = group.map((key) => rebuildOf(key, context))
  const before = rebuilds.flatMap((rebuild) => [
    ...build(rebuild, { group, context }),
    ...swap(rebuild, { group, context }),
  ])
  const drops = rebuilds.toReversed().map((rebuild) => dropOld(rebuild, context))
  const last = drops.at(-1)!
  const members = group.flatMap((key) => membersOf(key, context.to)).filter((key) => !isColumn(key))
  const bound = before.flatMap((action) => action.covers ?? [])
  const makes = [...group, ...members, ...bound]
  const covers = [...group.flatMap((key) => membersOf(key, context.from)), ...members].filter(
    (k) => !isColumn(k),
  )
  return [...before, ...drops.slice(0, -1), { ...last, makes, covers, releases: released(group, context) }]
}

const isColumn = (key: ObjectKey): boolean => kindIn(key) === 'column'

function rebuildOf(key: ObjectKey, context: DiffContext): Rebuild {
  const from = context.from.objects.get(key) as MatView
  const to = context.to.objects.get(key) as MatView
  return { from, to, fresh: asideName(to.name, 'new', context), old: asideName(to.name, 'old', context) }
}

interface Where {
  readonly group: readonly ObjectKey[]
  readonly context: DiffContext
}

function build({ from, to, fresh }: Rebuild, { group, context }: Where): readonly Action[] {
  const populated = willBePopulated(to.key, context)
  const needs = [...(context.to.needs.get(to.key) ?? [])].filter((need) => !belongs(need, group, context))
  const runs = populated ? { runs: 'alone' as const, scans: true } : {}
  const made: Action = {
    ...runs,
    sql: createMatView({ ...to, name: fresh }, { populated }),
    needs,
    releases: readersOf(to.key, context).filter((key) => context.isGone(key) && context.to.objects.has(key)),
    locks: sourceLocks(to.key, context),
    comment: `${labelOf(to)} anew, beside the old one`,
    ...(populated ? { hazards: [beside(from)] } : {}),
  }
  const indexes = indexesOf(to.key, context.to).flatMap((index) =>
    indexStatements(index, { fresh, context }).map((sql): Action => ({ ...runs, sql })),
  )
  const settings = columnSettings(undefined, to, fresh).map((sql): Action => ({ sql }))
  return [made, ...settings, ...indexes]
}

function belongs(key: ObjectKey, group: readonly ObjectKey[], { to }: DiffContext): boolean {
  const object = to.objects.get(key)
  return group.includes(key) || (object?.kind === 'column' && group.includes(object.table))
}

interface Beside {
  readonly fresh: QualifiedName
  readonly context: DiffContext
}

function indexStatements(index: Index, { fresh, context }: Beside): readonly string[] {
  const name = asideName(index.name, 'new', context)
  const alter = `ALTER INDEX ${qualified(name)}`
  return [
    indexOn(index.definition, name.name, fresh),
    ...(index.tablespace === undefined ? [] : [`${alter} SET TABLESPACE ${ident(index.tablespace)}`]),
    ...Object.entries(index.statistics).map(
      ([column, n]) => `${alter} ALTER COLUMN ${column} SET STATISTICS ${n}`,
    ),
    ...(index.clustered
      ? [`ALTER MATERIALIZED VIEW ${qualified(fresh)} CLUSTER ON ${ident(name.name)}`]
      : []),
  ]
}

/** In one transaction. */
function swap({ from, to, fresh, old }: Rebuild, { group, context }: Where): readonly Action[] {
  const rename = (a: QualifiedName, b: QualifiedName) =>
    `ALTER MATERIALIZED VIEW ${qualified(a)} RENAME TO ${ident(b.name)}`
  const bound = rebindings(to.key, { group, context })
  const held = heldFirst(bound, context)
  const away: Action = {
    sql: rename(to.name, old),
    together: held.length > 0,
    locks: locksOn(context, to.key, 'ACCESS EXCLUSIVE'),
    comment: `${labelOf(to)}: the two change places`,
  }
  const rest: readonly Action[] = [
    { sql: rename(fresh, to.name) },
    ...ownerAgain(to, context),
    ...indexesOf(from.key, context.from).map(({ name }) =>
      renameIndex(name, asideName(name, 'old', context)),
    ),
    ...indexesOf(to.key, context.to).map(({ name }) => renameIndex(asideName(name, 'new', context), name)),
    ...bound,
    ...againOn(to.key, context),
  ]
  return [...held, away, ...rest.map((action) => ({ ...action, together: true }))]
}

/**
 * A query locks the view and then what it reads; so does this, or the two would wait for each other (seen: a reader's query was the
 * victim of the deadlock). The view's own text again locks it and changes nothing; LOCK TABLE would lock all that it reads, too.
 */
function heldFirst(bound: readonly Action[], context: DiffContext): readonly Action[] {
  const objects = bound.flatMap(({ covers = [] }) => covers.map((key) => context.from.objects.get(key)))
  const views = objects.filter((object) => object?.kind === 'view')
  return views.toReversed().map((view, i) => {
    const { sql, locks = [] } = replaceView(view, view, context)
    return { sql, locks, together: i > 0, comment: `locks ${labelOf(view)} before what it reads` }
  })
}

function renameIndex(from: QualifiedName, to: QualifiedName): Action {
  return { sql: `ALTER INDEX ${qualified(from)} RENAME TO ${ident(to.name)}` }
}

function dropOld({ from, to, old }: Rebuild, context: DiffContext): Action {
  return {
    sql: dropMatView(old),
    together: true,
    drops: [from.key],
    locks: locksOn(context, to.key, 'ACCESS EXCLUSIVE'),
  }
}

/** What only the old ones, and the old texts of what reads them, needed. */
function released(group: readonly ObjectKey[], context: DiffContext): readonly ObjectKey[] {
  const readers = group.flatMap((key) => readersOf(key, context)).filter((key) => stays(key, context))
  const needs = [...group, ...readers].flatMap((key) => {
    const now = context.to.needs.get(key)
    return [...(context.from.needs.get(key) ?? [])].filter((need) => !now?.has(need) && context.isGone(need))
  })
  return [...new Set(needs)].filter((key) => !group.includes(key)).sort()
}

function beside(from: MatView): ActionHazard {
  return planHazard('matview-rebuild', { name: labelOf(from), kind: sizeOf(from) })
}
