import type { LiveIndex } from '../catalog/index.ts'
import { ident, qualified } from '../kernel/index.ts'
import { type Dropped, droppedFrom } from './dropped.ts'
import { parseIndex } from './estimate/index.ts'
import type { LoadTable } from './preflight.ts'

/** A table with what stopped loads have taken away, and this one brings back. */
export interface KeyedTable extends LoadTable {
  readonly dropped: readonly Dropped[]
}

export type UniqueKey = Pick<LiveIndex, 'name' | 'definition' | 'keyColumns' | 'partial'>

/** Unique keys of the whole table. */
export function uniqueKeys({ live, dropped }: KeyedTable): readonly UniqueKey[] {
  const gone = ofTable({ live, dropped })
  return [
    // A key WITHOUT OVERLAPS reads like one, and cannot be made like one.
    ...live.indexes.filter(
      ({ level, definition, constraint }) =>
        level === 0 && constraint?.type !== 'exclusion' && definition.startsWith('CREATE UNIQUE INDEX'),
    ),
    ...gone.filter((row) => !isExclusion(row)).flatMap((row) => droppedKey(row, gone)),
  ]
}

/** Exclusion constraints, and keys WITHOUT OVERLAPS. */
export function exclusions({
  live,
  dropped,
}: Pick<KeyedTable, 'live' | 'dropped'>): readonly { readonly name: string; readonly definition: string }[] {
  return [
    ...live.indexes.flatMap(({ level, constraint }) =>
      level === 0 && constraint?.type === 'exclusion' ? [constraint] : [],
    ),
    ...ofTable({ live, dropped }).filter(isExclusion),
  ]
}

function ofTable({ live, dropped }: Pick<KeyedTable, 'live' | 'dropped'>): Dropped[] {
  return droppedFrom(live, dropped).filter(({ table }) => table === qualified(live))
}

function isExclusion({ definition }: Dropped): boolean {
  return /^EXCLUDE | WITHOUT OVERLAPS\)/.test(definition)
}

/** The key of a plain table is in the journal as its index as well, that of a partitioned one as PRIMARY KEY (…) or UNIQUE (…) alone. */
function droppedKey({ kind, table, name, definition }: Dropped, all: readonly Dropped[]): UniqueKey[] {
  if (kind === 'constraint' && all.some((row) => row.kind === 'index' && row.name === name)) return []
  const parsed = parseIndex(definition)
  if (parsed === undefined || !parsed.unique) return []
  const timing = / (NOT )?DEFERRABLE.*$/
  const [, nulls = '', columns] =
    /^(?:PRIMARY KEY|UNIQUE( NULLS NOT DISTINCT)?) (\(.*)$/s.exec(definition) ?? []
  const index =
    columns === undefined
      ? definition
      : `CREATE UNIQUE INDEX ${ident(name)} ON ${table} USING btree ${columns.replace(timing, '')}${nulls}`
  return [{ name, definition: index, keyColumns: parsed.keys, partial: parsed.predicate }]
}
