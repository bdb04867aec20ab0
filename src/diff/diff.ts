import type { Catalog, ObjectKey } from '../model/index.ts'
import { absences } from './absence.ts'
import { type Changes, changesOf } from './changes.ts'
import { type Sides, sidesOf } from './context.ts'
import type { Edge } from './graph.ts'
import { withSize } from './hazards.ts'
import { keyRenames } from './key-renames.ts'
import { labelOfKey } from './label.ts'
import { orderOf, type Step } from './order.ts'
import { alignPartitions } from './partitions/align.ts'
import { leafRenames } from './partitions/leaf-renames.ts'
import type { Plan, PlanStatement, Refusal } from './plan.ts'
import { type Renamed, renamed } from './rename.ts'
import { reversesOf } from './reverse.ts'
import { mergeReverses } from './rewrites.ts'
import type { Action, DiffOptions, Rename } from './rule.ts'
import { type WithoutRests, withoutRests } from './rules/online-rest.ts'
import { clearRests } from './rules/online-type.ts'
import { partitionRefusals } from './rules/partition.ts'
import { unmanagedRefusals } from './unmanaged.ts'

const LOCK_TIMEOUT_MS = 2000
const STATEMENT_TIMEOUT_MS = 30_000

/** What leads from one catalog to another. Pure: no server is asked. */
export function diff(whole: Catalog, to: Catalog, options: DiffOptions = {}): Plan {
  const declared = options.renames ?? []
  const { catalog: from, rests } = options.onlineTypes ? withoutRests(whole) : NO_RESTS(whole)
  const rename = renameAll(from, to, declared)
  const planned = planOf(sidesOf(alignPartitions(rename.catalog, to), to, { options, rests }))
  return {
    statements: [
      ...planned.cleared.map((action) => statementOf(action, undefined, { options, from })),
      ...rename.actions.map((action) => statementOf(action, undefined, { options, from })),
      ...planned.statements,
    ],
    refusals: [...rename.refusals, ...planned.refusals, ...unmanagedRefusals(from, to)],
  }
}

const NO_RESTS = (catalog: Catalog): WithoutRests => ({ catalog, rests: new Map() })

/** Partitions that have got another name are found under parents that have theirs already, and keys of tables that do. */
function renameAll(from: Catalog, to: Catalog, declared: readonly Rename[]): Renamed {
  let all = renamed(from, declared, to)
  for (;;) {
    const next = then(all, leafRenames(all.catalog, to, declared), to)
    if (next.actions.length === all.actions.length) return then(all, keyRenames(all.catalog, to), to)
    all = next
  }
}

function then(before: Renamed, renames: readonly Rename[], to: Catalog): Renamed {
  const { catalog, actions, refusals } = renamed(before.catalog, renames, to)
  if (actions.length === 0) return before
  return { catalog, actions: [...before.actions, ...actions], refusals: [...before.refusals, ...refusals] }
}

interface Planned extends Plan {
  /** What is cleared away before anything else. */
  readonly cleared: readonly Action[]
}

function planOf(sides: Sides): Planned {
  const changes = changesOf(sides)
  const cleared = clearRests(changes.context)
  const ordered = orderOf(sides, changes)
  if ('steps' in ordered) {
    const reverses = reversesOf(changes, sides)
    const missing = absences(ordered.steps)
    const statements = ordered.steps.map(({ action, parts = [action] }) => {
      const hazards = [...(action.hazards ?? []), ...(missing.get(action) ?? [])]
      const reverse = mergeReverses(parts.map((part) => part.reverse ?? reverses.get(part)))
      return statementOf({ ...action, hazards }, reverse, sides)
    })
    return { cleared, statements, refusals: [...changes.refusals, ...partitionRefusals(changes.context)] }
  }
  const cut = deferredBy(sides, changes, ordered.circle)
  if (cut) return planOf({ ...sides, deferred: cut })
  return { cleared, statements: [], refusals: [...changes.refusals, circleRefusal(ordered.circle)] }
}

/** A circle can be cut at the default of a new column, at a view, and at a constraint that would go with its table. */
function deferredBy(
  { from, to, deferred }: Sides,
  { gone, made }: Changes,
  circle: readonly Edge[],
): Sides['deferred'] | undefined {
  for (const { of, need } of circle) {
    if (of === undefined || need === undefined || deferred.get(of)?.has(need)) continue
    const created = made.has(of) ? to.objects.get(of) : undefined
    const dropped = gone.has(of) ? from.objects.get(of) : undefined
    const breakable =
      (created?.kind === 'column' &&
        created.default !== undefined &&
        !/^(enum|domain|type|table) /.test(need)) ||
      created?.kind === 'view' ||
      dropped?.kind === 'constraint' ||
      (dropped?.kind === 'column' && dropped.default !== undefined)
    if (breakable) return new Map(deferred).set(of, new Set([...(deferred.get(of) ?? []), need]))
  }
  return undefined
}

function circleRefusal(circle: readonly Edge[]): Refusal {
  const keys = circle.flatMap(({ of }) => (of === undefined ? [] : [of]))
  const names = [...new Set(keys)].map((key: ObjectKey) => `${key.split(' ')[0]} ${labelOfKey(key)}`)
  return {
    reason: `these need each other in a circle, and none of them can be made or dropped first: ${names.join(', ')}`,
    wayOut: 'make the change in two steps, the first of which takes one of them out of the circle',
  }
}

function statementOf(
  action: Step['action'],
  reverse: PlanStatement['reverse'] | undefined,
  { options, from }: Pick<Sides, 'options' | 'from'>,
): PlanStatement {
  return {
    sql: action.sql,
    runs: action.runs ?? 'transaction',
    locks: action.locks ?? [],
    lockTimeout: options.lockTimeout ?? LOCK_TIMEOUT_MS,
    statementTimeout: action.scans ? undefined : (options.statementTimeout ?? STATEMENT_TIMEOUT_MS),
    hazards: (action.hazards ?? []).map((one) => withSize(one, from)),
    reverse: reverse ?? action.reverse ?? { none: 'there is no statement that takes it back' },
    ...(action.comment === undefined ? {} : { comment: action.comment }),
  }
}
