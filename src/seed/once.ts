/**
 * Expressions that the server computes once for each row and several columns use. Each level of dependence is a subquery, which
 * OFFSET 0 keeps the planner from merging with the next one: merged, an expression would be computed at each of its uses.
 */
export class Once {
  readonly #levels: string[][] = []
  readonly #known = new Map<string, { readonly name: string; readonly level: number }>()

  /** The name of the expression's value: a column of the rows that around() returns. */
  add(expression: string): string {
    const known = this.#known.get(expression)
    if (known !== undefined) return known.name
    const used = [...this.#known.values()].filter(({ name }) => new RegExp(`\\b${name}\\b`).test(expression))
    const level = used.reduce((highest, { level }) => Math.max(highest, level + 1), 0)
    const name = `once${this.#known.size + 1}`
    this.#known.set(expression, { name, level })
    this.#levels[level] = [...(this.#levels[level] ?? []), `${expression} as ${name}`]
    return name
  }

  /** The rows of a FROM item, called s, with what was added as further columns. */
  around(rows: string): string {
    return this.#levels.reduce(
      (from, added) => `(select s.*, ${added.join(', ')} from ${from} offset 0) s`,
      rows,
    )
  }
}
