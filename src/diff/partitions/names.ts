import { displayName } from '../../kernel/index.ts'
import { type Catalog, objectKey } from '../../model/index.ts'

/** PostgreSQL cuts longer names off. */
export const NAME_BYTES = 63

const SHARED = ['table', 'index', 'sequence', 'view', 'matview', 'type'] as const

export interface Wish {
  readonly schema: string
  readonly name: string
}

/** The names of relations that one plan gives: the wish where it is free in both states, else with a number. */
export class Names {
  readonly #catalogs: readonly Catalog[]
  readonly #given = new Set<string>()
  #own: ReadonlySet<string> | undefined

  constructor(...catalogs: readonly Catalog[]) {
    this.#catalogs = catalogs
  }

  give({ schema, name }: Wish): string {
    for (let i = 0; ; i += 1) {
      const suffix = i === 0 ? '' : `_${i}`
      const candidate = `${cutToBytes(name, NAME_BYTES - suffix.length)}${suffix}`
      if (!this.#isTaken({ schema, name: candidate })) {
        this.#given.add(displayName({ schema, name: candidate }))
        return candidate
      }
    }
  }

  #isTaken(wish: Wish): boolean {
    if (this.#given.has(displayName(wish)) || this.#ownNames().has(displayName(wish))) return true
    return this.#catalogs.some(({ objects }) => SHARED.some((kind) => objects.has(objectKey(kind, wish))))
  }

  /** The names of partitions' indexes are not in their keys. */
  #ownNames(): ReadonlySet<string> {
    if (this.#own === undefined) {
      const names = new Set<string>()
      for (const { objects } of this.#catalogs)
        for (const object of objects.values())
          if (object.kind === 'index' && object.parent !== undefined) names.add(displayName(object.name))
      this.#own = names
    }
    return this.#own
  }
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
