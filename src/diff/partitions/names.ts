import { ident, oncePer } from '../../kernel/index.ts'
import type { Catalog } from '../../model/index.ts'
import type { DiffContext } from '../rule.ts'

/** PostgreSQL cuts longer names off. */
export const NAME_BYTES = 63

export interface Wish {
  readonly schema: string
  readonly name: string
}

/** The names that one plan gives to relations. */
export class Names {
  readonly #from: Catalog
  readonly #to: Catalog
  readonly #given = new Set<string>()

  constructor({ from, to }: DiffContext) {
    this.#from = from
    this.#to = to
  }

  /** The name of the new state, but where something of the old state has it. */
  keep(wish: Wish): string {
    return this.#isTaken(wish, [this.#from]) ? this.give(wish) : this.#take(wish)
  }

  /** A name that is free in both states: the wish, or that with a number. */
  give({ schema, name }: Wish): string {
    for (let i = 0; ; i += 1) {
      const suffix = i === 0 ? '' : `_${i}`
      const candidate = { schema, name: `${cutToBytes(name, NAME_BYTES - suffix.length)}${suffix}` }
      if (!this.#isTaken(candidate, [this.#from, this.#to])) return this.#take(candidate)
    }
  }

  #take(wish: Wish): string {
    this.#given.add(ident(wish.schema, wish.name))
    return wish.name
  }

  #isTaken(wish: Wish, catalogs: readonly Catalog[]): boolean {
    const name = ident(wish.schema, wish.name)
    return this.#given.has(name) || catalogs.some((catalog) => relationNames(catalog).has(name))
  }
}

export const namesOf = oncePer((context: DiffContext): Names => new Names(context))

/** Quoted; not those in keys: an index of a partition is named there by its parent's. */
export const relationNames = oncePer((catalog: Catalog): ReadonlySet<string> => {
  const names = new Set<string>()
  for (const object of catalog.objects.values())
    if ('name' in object && typeof object.name === 'object')
      names.add(ident(object.name.schema, object.name.name))
  return names
})

/** Whether give() may have made the name of the wish. */
export function isGiven(name: string, wish: string): boolean {
  const suffix = /_\d+$/.exec(name)?.[0] ?? ''
  return [suffix, ''].some((end) => name === `${cutToBytes(wish, NAME_BYTES - end.length)}${end}`)
}

export function cutToBytes(text: string, bytes: number): string {
  let out = text
  while (Buffer.byteLength(out) > bytes) out = [...out].slice(0, -1).join('')
  return out
}

/** makeObjectName() of PostgreSQL: table_column_label, of which the longer of the first two is cut until all fits. */
export function objectName(table: string, column: string | undefined, label: string): string {
  const room = NAME_BYTES - Buffer.byteLength(label) - 1 - (column === undefined ? 0 : 1)
  let [first, second] = [Buffer.byteLength(table), Buffer.byteLength(column ?? '')]
  while (first + second > room) {
    if (first > second) first -= 1
    else second -= 1
  }
  const parts = [
    cutToBytes(table, first),
    ...(column === undefined ? [] : [cutToBytes(column, second)]),
    label,
  ]
  return parts.join('_')
}
