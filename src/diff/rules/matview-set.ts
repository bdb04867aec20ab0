import { oncePer } from '../../kernel/index.ts'
import { kindIn, type MatView, type ObjectKey } from '../../model/index.ts'
import type { DiffContext } from '../rule.ts'
import { same } from '../same.ts'
import { directDependents, directReaders, directSources } from './sources.ts'
import { sameColumns } from './view.ts'

/** The materialized views that are built anew beside the old ones. */
export interface Rebuilds {
  readonly all: ReadonlySet<ObjectKey>
  /** Those that read each other, or that one view reads, sources first; by one of them that is changed itself. */
  readonly groups: ReadonlyMap<ObjectKey, readonly ObjectKey[]>
  /** Something needs them that cannot be bound to another relation. */
  readonly impossible: ReadonlySet<ObjectKey>
}

/** What can be bound to the new relation while it is in use: OR REPLACE, ALTER POLICY, or built beside itself. */
const REBINDABLE = new Set(['view', 'matview', 'routine', 'rule', 'policy'])

/** Every materialized view that differs asks. */
export const rebuildsOf = oncePer((context: DiffContext): Rebuilds => {
  const changed = changedMatViews(context)
  const all = new Set(changed)
  for (const key of all) for (const reader of matviewReaders(key, context)) all.add(reader)
  const grouped = groups(changed, all, context)
  return { all, groups: grouped, impossible: impossible(grouped, context) }
})

function matviewReaders(key: ObjectKey, context: DiffContext): readonly ObjectKey[] {
  return directReaders(key, context.from).filter((k) => kindIn(k) === 'matview' && stays(k, context))
}

function changedMatViews(context: DiffContext): readonly ObjectKey[] {
  const changed: ObjectKey[] = []
  for (const [key, before] of context.from.objects) {
    const after = context.to.objects.get(key)
    if (before.kind !== 'matview' || after?.kind !== 'matview' || context.isGone(key)) continue
    if (isRebuilt(before, after)) changed.push(key)
  }
  return changed.sort()
}

function isRebuilt(from: MatView, to: MatView): boolean {
  if (from.query !== to.query || !sameColumns(from.columns, to.columns)) return true
  if (from.accessMethod !== to.accessMethod) return true
  return from.tablespace !== to.tablespace && from.populated
}

export function stays(key: ObjectKey, { from, to, isGone }: DiffContext): boolean {
  return from.objects.has(key) && to.objects.has(key) && !isGone(key)
}

/** Those that read each other, or that one view reads, belong together. */
function groups(
  changed: readonly ObjectKey[],
  all: ReadonlySet<ObjectKey>,
  context: DiffContext,
): ReadonlyMap<ObjectKey, readonly ObjectKey[]> {
  const heads = new Map<ObjectKey, ObjectKey>()
  const head = (key: ObjectKey): ObjectKey => {
    const next = heads.get(key)
    return next === undefined ? key : head(next)
  }
  for (const key of all)
    for (const dependent of directDependents(key, context.from))
      if (stays(dependent, context) && head(dependent) !== head(key)) heads.set(head(dependent), head(key))
  const ordered = sourcesFirst(all, context)
  const result = new Map<ObjectKey, readonly ObjectKey[]>()
  const done = new Set<ObjectKey>()
  for (const key of changed) {
    if (done.has(head(key))) continue
    done.add(head(key))
    result.set(
      key,
      ordered.filter((k) => head(k) === head(key)),
    )
  }
  return result
}

/** Through views, too: what is filled later must find the rows of what was filled before. */
function sourcesFirst(keys: ReadonlySet<ObjectKey>, { to }: DiffContext): readonly ObjectKey[] {
  const ordered: ObjectKey[] = []
  const seen = new Set<ObjectKey>()
  const visit = (key: ObjectKey): void => {
    if (seen.has(key)) return
    seen.add(key)
    for (const source of directSources(key, to)) visit(source)
    if (keys.has(key)) ordered.push(key)
  }
  for (const key of [...keys].sort()) visit(key)
  return ordered
}

/**
 * Groups that cannot be built beside as a whole: something else that needs them cannot be bound to another relation, or has to be made
 * between two of them.
 */
function impossible(
  grouped: ReadonlyMap<ObjectKey, readonly ObjectKey[]>,
  context: DiffContext,
): ReadonlySet<ObjectKey> {
  const stuck = [...grouped.values()].filter((group) => {
    const bound = group.flatMap((key) => directDependents(key, context.from).filter((d) => stays(d, context)))
    if (bound.some((key) => !REBINDABLE.has(kindIn(key)))) return true
    const own = new Set([...group, ...bound])
    return [...own].some((key) => leavesAndReturns(key, { own, context, foreign: false, seen: new Set() }))
  })
  return new Set(stuck.flat())
}

interface Walk {
  readonly own: ReadonlySet<ObjectKey>
  readonly context: DiffContext
  /** The way leads through something that other actions of the plan make or change. */
  readonly foreign: boolean
  readonly seen: Set<string>
}

function leavesAndReturns(key: ObjectKey, { own, context, foreign, seen }: Walk): boolean {
  return directSources(key, context.to).some((source) => {
    if (own.has(source) && foreign) return true
    const other = !own.has(source) && changes(source, context)
    const walk = { own, context, foreign: foreign || other, seen }
    const mark = `${walk.foreign} ${source}`
    if (seen.has(mark)) return false
    seen.add(mark)
    return leavesAndReturns(source, walk)
  })
}

/** Rows and sizes are no change; tables read nothing. */
function changes(key: ObjectKey, { from, to, isNew }: DiffContext): boolean {
  const [before, after] = [from.objects.get(key), to.objects.get(key)]
  if (before?.kind === 'matview' && after?.kind === 'matview') return isNew(key) || isRebuilt(before, after)
  return kindIn(key) === 'view' && (isNew(key) || !same(before, after))
}
