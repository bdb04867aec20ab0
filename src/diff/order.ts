import { addTo, ident } from '../kernel/index.ts'
import { kindIn, nameIn, type ObjectKey, type ObjectKind, type SchemaObject } from '../model/index.ts'
import type { Changes } from './changes.ts'
import type { Call, Sides } from './context.ts'
import { closeGaps, spansOf } from './gaps.ts'
import { type Edge, Graph } from './graph.ts'
import { rankOf, sortKeyOf } from './rank.ts'
import { joinRewrites, mergeRewrites } from './rewrites.ts'
import type { Action } from './rule.ts'

/** An action with the defaults of its call filled in. */
export interface Step {
  readonly call: Call
  readonly action: Action
  /** The actions that were merged into it. */
  readonly parts?: readonly Action[]
  readonly makes: readonly ObjectKey[]
  readonly drops: readonly ObjectKey[]
}

/** Relations and types share their names in a schema. */
const SHARE_NAMES: ReadonlySet<ObjectKind> = new Set([
  'table',
  'view',
  'matview',
  'index',
  'sequence',
  'enum',
  'domain',
  'type',
])

/** What reads a column does not ask what is proven of its values. */
const READS: ReadonlySet<ObjectKind> = new Set(['view', 'matview', 'routine', 'trigger', 'policy', 'rule'])

export type Ordered = { readonly steps: readonly Step[] } | { readonly circle: readonly Edge[] }

export function orderOf(sides: Sides, changes: Changes): Ordered {
  const steps = stepsOf(sides, changes)
  const { graph, makers, droppers } = new Edges(sides, changes, steps)
  const first = graph.sort()
  const sorted = 'order' in first && joinRewrites(steps, graph) ? graph.sort() : first
  if ('circle' in sorted) return sorted
  const spans = spansOf({ sides, steps, makers, droppers })
  const order = closeGaps({ steps, graph, spans, order: sorted.order })
  return { steps: mergeRewrites(order.map((i) => steps[i]!)) }
}

/** In the order of a tie. */
function stepsOf({ to }: Sides, { calls, made }: Changes): readonly Step[] {
  const columns = new Map<ObjectKey, ObjectKey[]>()
  for (const key of made) {
    const object = to.objects.get(key)
    if (object?.kind !== 'column' || !made.has(object.table)) continue
    addTo(columns, object.table, key)
  }
  return [...calls]
    .map((call) => ({ call, rank: rankOf(call), name: sortKeyOf(call) }))
    .sort((a, b) => a.rank - b.rank || compare(a.name, b.name))
    .flatMap(({ call }) => call.actions.map((action, i) => stepOf(call, action, { i, columns })))
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

interface Place {
  readonly i: number
  readonly columns: ReadonlyMap<ObjectKey, readonly ObjectKey[]>
}

/** An object that no action of its call names is made or dropped by the last one. */
function stepOf(call: Call, action: Action, { i, columns }: Place): Step {
  const { verb, object, actions } = call
  const last = i === actions.length - 1
  const makes = [...(action.makes ?? [])]
  const drops = [...(action.drops ?? [])]
  if (last && verb === 'create' && !actions.some((a) => a.makes?.includes(object.key))) makes.push(object.key)
  if (last && verb === 'drop' && !actions.some((a) => a.drops?.includes(object.key))) drops.push(object.key)
  return { call, action, makes: makes.flatMap((key) => [key, ...(columns.get(key) ?? [])]), drops }
}

/** For each step the first of those that it has to stay with. */
function blocksOf(steps: readonly Step[]): readonly number[] {
  const blocks: number[] = []
  steps.forEach(({ call, action }, i) => {
    const isWith = action.together === true && steps[i - 1]?.call === call
    blocks.push(isWith ? blocks[i - 1]! : i)
  })
  return blocks
}

class Edges {
  readonly graph: Graph
  readonly makers = new Map<ObjectKey, number[]>()
  readonly droppers = new Map<ObjectKey, number[]>()
  readonly #alters = new Map<ObjectKey, number[]>()
  /** Dropped by an action of their own, not along with something. */
  readonly #explicit = new Set<ObjectKey>()
  readonly #sides: Sides
  readonly #changes: Changes
  readonly #steps: readonly Step[]

  constructor(sides: Sides, changes: Changes, steps: readonly Step[]) {
    this.#sides = sides
    this.#changes = changes
    this.#steps = steps
    this.graph = new Graph(steps.length, blocksOf(steps))
    this.#index()
    steps.forEach((step, i) => {
      if (steps[i - 1]?.call === step.call) this.graph.add(i - 1, i, { soft: false })
      for (const key of step.makes) this.#made(i, key)
      for (const key of step.action.needs ?? []) this.#after(i, key, step.call.object.key)
      for (const key of step.action.releases ?? [])
        for (const dropper of this.droppers.get(key) ?? []) this.graph.add(i, dropper, { soft: false })
    })
    for (const [key, nodes] of this.#alters) this.#altered(key, nodes)
    for (const [key, nodes] of this.droppers) for (const node of nodes) this.#dropped(node, key)
    this.#names()
  }

  #index(): void {
    this.#steps.forEach(({ call, makes, drops }, i) => {
      for (const key of makes) addTo(this.makers, key, i)
      for (const key of drops) {
        addTo(this.droppers, key, i)
        this.#explicit.add(key)
      }
      if (call.verb !== 'alter') return
      const along = call.actions.flatMap(({ swaps = [] }) => swaps)
      for (const key of new Set([call.object.key, ...along])) addTo(this.#alters, key, i)
    })
    for (const key of this.#explicit) for (const node of this.droppers.get(key)!) this.#along(node, key)
  }

  /** What goes with `key` goes at `node`. */
  #along(node: number, key: ObjectKey): void {
    for (const member of this.#sides.fromNeeds.members(key)) {
      if (!this.#changes.gone.has(member) || this.#explicit.has(member)) continue
      if (this.droppers.get(member)?.includes(node)) continue
      addTo(this.droppers, member, node)
      this.#along(node, member)
    }
  }

  #made(node: number, key: ObjectKey): void {
    const cut = this.#sides.deferred.get(key)
    for (const need of this.#sides.toNeeds.of(key)) {
      if (!cut?.has(need)) this.#after(node, need, key)
    }
    for (const dropper of this.droppers.get(key) ?? []) this.graph.add(dropper, node, { soft: false })
  }

  /** Actions of one call are in order already. */
  #after(node: number, need: ObjectKey, of: ObjectKey): void {
    const { call } = this.#steps[node]!
    const others = (nodes: readonly number[]) => nodes.filter((other) => this.#steps[other]!.call !== call)
    for (const maker of others(this.#makersOf(need))) this.graph.add(maker, node, { soft: false, of, need })
    for (const alter of others(this.#alters.get(need) ?? []))
      if (!(this.#steps[alter]!.action.proves && this.#reads(of))) this.graph.add(alter, node, { soft: true })
  }

  #reads(key: ObjectKey): boolean {
    const object = this.#sides.to.objects.get(key)
    return READS.has(kindIn(key)) || (object?.kind === 'constraint' && object.type === 'foreign')
  }

  /** Of what no action makes (an index of a new constraint): those of what it needs. */
  #makersOf(key: ObjectKey, seen: Set<ObjectKey> = new Set()): readonly number[] {
    const makers = this.makers.get(key)
    if (makers) return makers
    if (!this.#changes.made.has(key) || seen.has(key)) return []
    seen.add(key)
    return [...this.#sides.toNeeds.of(key)].flatMap((need) => this.#makersOf(need, seen))
  }

  #altered(key: ObjectKey, nodes: readonly number[]): void {
    const own = new Set(nodes.flatMap((node) => this.#steps[node]!.action.needs ?? []))
    for (const need of this.#sides.toNeeds.of(key)) {
      // A rule that names it knows better which of its actions needs it.
      if (!own.has(need)) this.#after(nodes[0]!, need, key)
    }
    if (nodes.every((node) => this.#steps[node]!.action.adds)) return
    for (const dependent of this.#dependents(key)) {
      if (!this.#changes.gone.has(dependent)) continue
      const first = this.#firstFor(dependent, nodes)
      for (const dropper of this.droppers.get(dependent) ?? []) this.graph.add(dropper, first, { soft: true })
    }
  }

  /** Of a key also what stands on its index. */
  #dependents(key: ObjectKey): readonly ObjectKey[] {
    const { from, fromNeeds } = this.#sides
    const object = from.objects.get(key)
    const index = object?.kind === 'constraint' && object.type !== 'foreign' ? object.index : undefined
    return [...fromNeeds.by(key), ...(index === undefined ? [] : fromNeeds.by(index))]
  }

  /** A foreign key is not in the way of the index that its key is to get. */
  #firstFor(dependent: ObjectKey, nodes: readonly number[]): number {
    const isForeign = kindIn(dependent) === 'constraint'
    const swap = nodes.find((node) => this.#steps[node]!.action.swaps)
    const open = isForeign ? nodes.find((node) => this.#steps[node]!.action.runs !== 'alone') : undefined
    return swap ?? open ?? nodes[0]!
  }

  #dropped(node: number, key: ObjectKey): void {
    const { fromNeeds, toNeeds } = this.#sides
    for (const dependent of fromNeeds.by(key)) {
      const edge = { soft: false, of: dependent, need: key }
      if (this.#changes.gone.has(dependent)) {
        const along = fromNeeds.owners(dependent).has(key) && !this.#explicit.has(dependent)
        if (!along) this.#afterAll(node, this.droppers.get(dependent), edge)
      } else if (!toNeeds.of(dependent).has(key)) {
        this.#afterAll(node, this.#alters.get(dependent)?.slice(-1), edge)
      }
    }
  }

  #afterAll(node: number, others: readonly number[] | undefined, edge: Edge): void {
    for (const other of others ?? []) this.graph.add(other, node, edge)
  }

  /** A name is free before it is used again; a table has one primary key at a time. */
  #names(): void {
    const { from, to } = this.#sides
    const freed = new Map<string, number[]>()
    for (const [key, nodes] of this.droppers)
      for (const slot of [...slotsOf(from.objects.get(key)), ...partSlots(from.objects.get(key))])
        for (const node of nodes) addTo(freed, slot, node)
    for (const [key, nodes] of this.makers) {
      for (const slot of slotsOf(to.objects.get(key)))
        for (const node of nodes) this.#afterAll(node, freed.get(slot), { soft: false })
    }
  }
}

function slotsOf(object: SchemaObject | undefined): readonly string[] {
  if (object === undefined) return []
  if (object.kind === 'constraint' && object.type === 'primary') return [`primary ${object.table}`]
  return SHARE_NAMES.has(object.kind) ? [`name ${nameIn(object.key)}`] : []
}

/** The index of a partition under its parent's has a name of its own, too. */
function partSlots(object: SchemaObject | undefined): readonly string[] {
  return object?.kind === 'index' && object.parent !== undefined
    ? [`name ${ident(object.name.schema, object.name.name)}`]
    : []
}
