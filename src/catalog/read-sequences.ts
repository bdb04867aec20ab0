import { objectKey, type SequenceOptions } from '../model/index.ts'
import { CLASS, type Registry } from './registry.ts'
import type { Read } from './snapshot.ts'

interface SequenceRow {
  readonly oid: number
  readonly namespace: number
  readonly name: string
  readonly unlogged: boolean
  readonly type: string
  readonly start: string
  readonly increment: string
  readonly min: string
  readonly max: string
  readonly cache: string
  readonly cycle: boolean
  readonly owner_table: number | null
  readonly owner_column: number | null
  readonly owner_name: string | null
  readonly owner_type: 'a' | 'i' | null
}

/** The sequences of identity columns: they are part of the columns. */
export interface IdentitySequences {
  /** Of a partition, that of the table above it that has one. */
  optionsFor(relation: number, column: string): SequenceOptions | undefined
  /** oid */
  own(relation: number, column: string): number | undefined
}

export interface SequencesRead {
  readonly identities: IdentitySequences
  /** To be called when the columns are known. */
  readonly addAll: () => void
}

export async function readSequences(
  read: Read,
  registry: Registry,
  parents: ReadonlyMap<number, readonly number[]>,
): Promise<SequencesRead> {
  const rows = (await read<SequenceRow>('catalog_sequences')).filter(
    (row) => !registry.isMember(CLASS.relation, row.oid),
  )
  const own = new Map<string, SequenceRow>()
  for (const row of rows) if (row.owner_type === 'i') own.set(`${row.owner_table}.${row.owner_name}`, row)
  const find = (relation: number, column: string): SequenceRow | undefined => {
    const row = own.get(`${relation}.${column}`)
    const parent = parents.get(relation)?.[0]
    return row ?? (parent === undefined ? undefined : find(parent, column))
  }
  // One for all partitions.
  const options = new Map<SequenceRow, SequenceOptions>()
  return {
    identities: {
      optionsFor: (relation, column) => {
        const row = find(relation, column)
        if (row === undefined) return undefined
        const known = options.get(row) ?? sequenceOptions(row)
        options.set(row, known)
        return known
      },
      own: (relation, column) => own.get(`${relation}.${column}`)?.oid,
    },
    addAll: () => {
      for (const row of rows) if (row.owner_type !== 'i') addSequence(row, registry)
    },
  }
}

function addSequence(row: SequenceRow, registry: Registry): void {
  const schema = registry.schemaName(row.namespace)
  const key = objectKey('sequence', { schema, name: row.name })
  registry.name(CLASS.relation, row.oid, key)
  registry.add({
    kind: 'sequence',
    key,
    name: Object.freeze({ schema, name: row.name }),
    options: sequenceOptions(row),
    unlogged: row.unlogged,
    ownedBy: row.owner_table === null ? undefined : registry.column(row.owner_table, row.owner_column!),
  })
  registry.need(key, registry.schemaKey(schema))
}

function sequenceOptions({ type, start, increment, min, max, cache, cycle }: SequenceRow): SequenceOptions {
  return Object.freeze({ type, start, increment, min, max, cache, cycle })
}
