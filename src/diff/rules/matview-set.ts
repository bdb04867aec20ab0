import { kindIn, type MatView, type ObjectKey } from '../../model/index.ts'
import type { DiffContext } from '../rule.ts'
import { directDependents, directReaders } from './sources.ts'
import { sameColumns } from './view.ts'

/** The materialized views that are built anew beside the old ones. */
export interface Rebuilds {
  readonly all: ReadonlySet<ObjectKey>
  /** Those that read each other without a view in between, sources first, by one of them that is changed itself. */
  readonly groups: ReadonlyMap<ObjectKey, readonly ObjectKey[]>
  /** Something needs them that cannot be bound to another relation. */
  readonly impossible: ReadonlySet<ObjectKey>
}

/** What can be bound to the new relation while it is in use: OR REPLACE, ALTER POLICY, or built beside itself. */
const REBINDABLE = new Set(['view', 'matview', 'routine', 'rule', 'policy'])

export function rebuildsOf(context: DiffContext): Rebuilds {
  const changed = changedMatViews(context)
  const all = new Set(changed)
  for (const key of all) for (const reader of matviewReaders(key, context)) all.add(reader)
  return { all, groups: groups(changed, all, context), impossible: impossible(all, context) }
}

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
    for (const reader of matviewReaders(key, context))
      if (head(reader) !== head(key)) heads.set(head(reader), head(key))
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

function sourcesFirst(keys: ReadonlySet<ObjectKey>, context: DiffContext): readonly ObjectKey[] {
  const ordered: ObjectKey[] = []
  const seen = new Set<ObjectKey>()
  const visit = (key: ObjectKey): void => {
    if (seen.has(key)) return
    seen.add(key)
    for (const reader of matviewReaders(key, context)) visit(reader)
    ordered.push(key)
  }
  for (const key of [...keys].sort().reverse()) visit(key)
  return ordered.reverse()
}

function impossible(all: ReadonlySet<ObjectKey>, context: DiffContext): ReadonlySet<ObjectKey> {
  const stuck = [...all].filter((key) =>
    directDependents(key, context.from).some((d) => !REBINDABLE.has(kindIn(d)) && stays(d, context)),
  )
  return new Set(stuck)
}
