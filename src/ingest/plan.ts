import type { QualifiedName } from '../kernel/index.ts'
import type { Range } from './csv/source.ts'
import type { Filter } from './filter/condition.ts'

/** What becomes of a row whose key the table has already, or another row of the files. */
export type Duplicates = 'error' | 'skip' | 'update'

export interface CsvFormat {
  /** One byte. */
  readonly delimiter: string
  /** An unquoted field of this text is null. */
  readonly nullText: string
  /** A name of PostgreSQL; undefined is UTF-8. */
  readonly encoding?: string | undefined
}

export interface ImportFile {
  readonly path: string
  readonly bytes: number
  /** Nanoseconds, as text. */
  readonly modified: string
  /** sha256 of its head and its tail. */
  readonly digest: string
  readonly gzip: boolean
  /** The table's columns, in the order of the file's. */
  readonly columns: readonly string[]
  /** Where the first row begins: behind the header, and a byte order mark; of what a .gz file holds. */
  readonly start: number
}

/** What becomes of rows that the server refuses. */
export interface Rejects {
  /** How many there may be before the import stops. */
  readonly maxRejects: number
  /** The file that they are noted in. */
  readonly rejects?: string | undefined
}

/** The table as the import has found it. */
export interface TableState {
  readonly oid: string
  /** A hash over the numbers of the files that hold its rows: TRUNCATE gives it others. */
  readonly storage: string
  /** It held no row. */
  readonly wasEmpty: boolean
  /** A crash of the server empties it. */
  readonly unlogged: boolean
}

/** All that an import needs to go on after its process was killed. */
export interface ImportPlan extends Rejects, TableState {
  readonly table: QualifiedName
  readonly files: readonly ImportFile[]
  readonly format: CsvFormat
  readonly filter?: Filter | undefined
  readonly duplicates: Duplicates
  /** The columns of the unique key; none with `error`. */
  readonly key: readonly string[]
  readonly chunkBytes: number
}

export interface ChunkRange extends Range {
  readonly chunk: number
  readonly file: number
}

/** Rows of a chunk: read = filtered + inserted + updated + skipped + rejected. */
export interface Counts {
  readonly read: number
  readonly filtered: number
  readonly inserted: number
  readonly updated: number
  readonly skipped: number
  readonly rejected: number
}

export const NO_ROWS: Counts = Object.freeze({
  read: 0,
  filtered: 0,
  inserted: 0,
  updated: 0,
  skipped: 0,
  rejected: 0,
})

export function addCounts(a: Counts, b: Counts): Counts {
  return {
    read: a.read + b.read,
    filtered: a.filtered + b.filtered,
    inserted: a.inserted + b.inserted,
    updated: a.updated + b.updated,
    skipped: a.skipped + b.skipped,
    rejected: a.rejected + b.rejected,
  }
}
