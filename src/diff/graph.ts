import { addTo } from '../kernel/index.ts'
import type { ObjectKey } from '../model/index.ts'

/** Why one statement stands before another. */
export interface Edge {
  /** It may be given up where it closes a circle. */
  readonly soft: boolean
  /** The object whose need it is, and what that needs. */
  readonly of?: ObjectKey
  readonly need?: ObjectKey
}

/** A topological sort in which the smallest of those that may come next comes next. */
export class Graph {
  readonly #after: Map<number, Edge>[]
  readonly #before: Map<number, Edge>[]
  readonly #blocks: number[]

  /** Nodes of the same number in `blocks`, which is that of the first of them, stay together in their order. */
  constructor(size: number, blocks: readonly number[] = Array.from({ length: size }, (_, i) => i)) {
    this.#blocks = [...blocks]
    this.#after = Array.from({ length: size }, () => new Map())
    this.#before = Array.from({ length: size }, () => new Map())
  }

  add(one: number, other: number, edge: Edge): void {
    const [first, second] = [this.#blocks[one]!, this.#blocks[other]!]
    if (first === second) return
    const known = this.#after[first]!.get(second)
    if (known && (!known.soft || edge.soft)) return
    this.#after[first]!.set(second, edge)
    this.#before[second]!.set(first, edge)
  }

  /** From now on the two stay together, in the order of their numbers; false where something has to come between them. */
  join(one: number, other: number): boolean {
    const [first, second] = [this.#blocks[one]!, this.#blocks[other]!].sort((a, b) => a - b) as [
      number,
      number,
    ]
    if (first === second) return true
    if (this.#isBetween(first, second) || this.#isBetween(second, first)) return false
    for (const [edges, back] of [
      [this.#after, this.#before],
      [this.#before, this.#after],
    ] as const) {
      for (const [node, edge] of edges[second]!) {
        back[node]!.delete(second)
        if (node === first) continue
        const known = edges[first]!.get(node)
        const kept = known && (!known.soft || edge.soft) ? known : edge
        edges[first]!.set(node, kept)
        back[node]!.set(first, kept)
      }
      edges[second]!.clear()
    }
    this.#blocks.forEach((block, node) => {
      if (block === second) this.#blocks[node] = first
    })
    return true
  }

  /** A way from the one to the other that leads over a third. */
  #isBetween(first: number, second: number): boolean {
    const seen = new Set([...this.#after[first]!.keys()].filter((next) => next !== second))
    for (const node of seen) for (const next of this.#after[node]!.keys()) seen.add(next)
    return seen.has(second)
  }

  /** All that comes after one of them, or before; themselves included. */
  reach(nodes: readonly number[], way: 'after' | 'before'): ReadonlySet<number> {
    const edges = way === 'after' ? this.#after : this.#before
    const seen = new Set(nodes.map((node) => this.#blocks[node]!))
    // A set goes on with what is added to it meanwhile.
    for (const node of seen) for (const next of edges[node]!.keys()) seen.add(next)
    const blocks = this.#blocks
    return new Set(blocks.flatMap((block, node) => (seen.has(block) ? [node] : [])))
  }

  /** Node numbers are their order in a tie. A circle of edges that cannot be given up ends it. */
  sort(): { readonly order: readonly number[] } | { readonly circle: readonly Edge[] } {
    const order: number[] = []
    const waiting = this.#before.map((edges) => edges.size)
    const ready = new Heap()
    waiting.forEach((count, node) => {
      if (count === 0) ready.push(node)
    })
    const free = (node: number) => {
      if (--waiting[node]! === 0) ready.push(node)
    }
    for (;;) {
      for (let node = ready.pop(); node !== undefined; node = ready.pop()) {
        order.push(node)
        waiting[node] = -1
        for (const next of this.#after[node]!.keys()) free(next)
      }
      if (order.length === waiting.length) return { order: this.#whole(order) }
      const circle = this.#circle(waiting)
      const soft = circle.find(({ edge }) => edge.soft)
      if (soft === undefined) return { circle: circle.map(({ edge }) => edge) }
      this.#after[soft.first]!.delete(soft.second)
      this.#before[soft.second]!.delete(soft.first)
      free(soft.second)
    }
  }

  #whole(order: readonly number[]): readonly number[] {
    const blocks = new Map<number, number[]>()
    for (const [node, block] of this.#blocks.entries()) addTo(blocks, block, node)
    return order.flatMap((node) => blocks.get(node) ?? [])
  }

  /** Every node that still waits has one before it that waits, too: going back ends in a circle. */
  #circle(waiting: readonly number[]): { first: number; second: number; edge: Edge }[] {
    const path: number[] = []
    let node = waiting.findIndex((count) => count > 0)
    while (!path.includes(node)) {
      path.push(node)
      node = [...this.#before[node]!.keys()].filter((first) => waiting[first]! > 0).sort((a, b) => a - b)[0]!
    }
    const circle = path.slice(path.indexOf(node)).reverse()
    return circle.map((first, i) => {
      const second = circle[(i + 1) % circle.length]!
      return { first, second, edge: this.#after[first]!.get(second)! }
    })
  }
}

/** Smallest number first. */
class Heap {
  readonly #items: number[] = []

  push(value: number): void {
    const items = this.#items
    let at = items.push(value) - 1
    while (at > 0) {
      const up = (at - 1) >> 1
      if (items[up]! <= value) break
      items[at] = items[up]!
      at = up
    }
    items[at] = value
  }

  pop(): number | undefined {
    const items = this.#items
    const top = items[0]
    const last = items.pop()
    if (items.length === 0 || last === undefined) return top
    let at = 0
    for (;;) {
      let down = 2 * at + 1
      if (down >= items.length) break
      if (down + 1 < items.length && items[down + 1]! < items[down]!) down++
      if (items[down]! >= last) break
      items[at] = items[down]!
      at = down
    }
    items[at] = last
    return top
  }
}
