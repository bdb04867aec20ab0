import { kindIn, type ObjectKey, type ObjectKind } from '../model/index.ts'
import type { Sides } from './context.ts'
import type { Graph } from './graph.ts'
import type { Step } from './order.ts'

/** An object that is dropped and made anew: the steps between the first and the last of these see it missing or not whole. */
export interface Span {
  readonly drops: readonly number[]
  readonly makes: readonly number[]
}

/** What is noticed while it is away, and can be back in the same transaction. */
const RETURNING: ReadonlySet<ObjectKind> = new Set(['view', 'routine', 'trigger', 'policy', 'rule'])

interface Made {
  readonly sides: Sides
  readonly steps: readonly Step[]
  readonly makers: ReadonlyMap<ObjectKey, readonly number[]>
  readonly droppers: ReadonlyMap<ObjectKey, readonly number[]>
}

/** Also grants, comments, triggers and rules of what returns: without them it is not whole. */
export function spansOf({ sides, steps, makers, droppers }: Made): readonly Span[] {
  const returns = (key: ObjectKey): boolean =>
    RETURNING.has(kindIn(key)) || [...sides.toNeeds.owners(key)].some(returns)
  return [...droppers].flatMap(([key, drops]): readonly Span[] => {
    const made = makers.get(key) ?? []
    if (made.length === 0) return []
    // VALIDATE reads the old rows: new ones are checked before.
    if (kindIn(key) === 'constraint') return [{ drops, makes: made }]
    if (!returns(key)) return []
    const calls = new Set(made.map((i) => steps[i]!.call))
    // A view in a circle is made with a placeholder first.
    const makes = steps.flatMap(({ call }, i) => (calls.has(call) ? [i] : []))
    return [{ drops, makes }]
  })
}

interface Gaps {
  readonly steps: readonly Step[]
  readonly graph: Graph
  readonly spans: readonly Span[]
  readonly order: readonly number[]
}

/**
 * Drop, change and creation stay in one transaction: what runs alone, and does not need the object to be away, moves before the drop or
 * behind the creation. Where it needs both, it stays, and the plan says so (absence.ts).
 */
export function closeGaps({ steps, graph, spans, order }: Gaps): readonly number[] {
  const alone = steps.flatMap(({ action }, i) => (action.runs === 'alone' ? [i] : []))
  let now = order
  // What moves may come to stand between two others; each round adds an edge, so there is an end.
  while (alone.length > 0) {
    const place = new Map(now.map((step, i) => [step, i]))
    const at = (step: number): number => place.get(step)!
    const moved = spans.filter((span) => {
      const first = Math.min(...span.drops.map(at))
      const last = Math.max(...span.makes.map(at))
      return closeGap(
        span,
        alone.filter((step) => at(step) > first && at(step) < last),
        graph,
      )
    })
    if (moved.length === 0) return now
    const sorted = graph.sort()
    if ('circle' in sorted) return now
    now = sorted.order
  }
  return now
}

/** Whether there is an edge more than before. */
function closeGap({ drops, makes }: Span, between: readonly number[], graph: Graph): boolean {
  if (between.length === 0) return false
  const after = graph.reach(drops, 'after')
  const before = graph.reach(makes, 'before')
  const edge = { soft: true }
  // Early where that can be: what came late for one object could come to stand between the two of another.
  const early = between.filter((step) => !after.has(step))
  const late = between.filter((step) => after.has(step) && !before.has(step))
  for (const step of late) for (const make of makes) graph.add(make, step, edge)
  for (const step of early) for (const drop of drops) graph.add(step, drop, edge)
  return late.length + early.length > 0
}
