import { displayName, formatCount, GigarowError, type QualifiedName, qualified } from '../kernel/index.ts'
import type { Profile, TableFill } from './profile.ts'
import { BLOCK_ROWS } from './stream.ts'

export type Filler = 'copy' | 'sql'

/** Everything that decides which rows come to stand in which chunk: stored in the ledger, and all that --resume needs. */
export interface LoadPlan {
  readonly profile: string
  readonly seed: number
  readonly tables: readonly TablePlan[]
  /** Rows are added to those that the tables hold. */
  readonly append?: true
}

/** Of a table that holds rows when others are added: what verification tells the new ones by. */
export interface RowsBefore {
  /** As many as is known; exact where there is a checksum. */
  readonly rows: number
  /**
   * Of all of them, 16 hexadecimal digits: they and the new ones must make the sum of the finished table. Absent where the new ones are
   * found by their numbers, through an index.
   */
  readonly checksum?: string
}

export interface TablePlan extends TableFill {
  /** Rows of every chunk but the last: chunk k holds rows k * chunkRows + 1 to (k + 1) * chunkRows, behind the offset. */
  readonly chunkRows: number
  /** Of a table whose partitions are filled one by one: then these are its chunks in the ledger, in this order. */
  readonly units?: readonly LeafUnit[]
  readonly before?: RowsBefore
}

/** A partition and all of its rows, where these are a range of row numbers: one transaction. */
export interface LeafUnit {
  readonly leaf: QualifiedName
  readonly lo: number
  readonly hi: number
}

export interface Chunk {
  readonly chunk: number
  /** First and last row, both included; the first row of a table is 1. */
  readonly lo: number
  readonly hi: number
}

/**
 * 250,000 rows are about 0.15 s of one session's COPY: at the end of a load no session waits longer than that for the
 * other, and with asynchronous commits the five round trips of a chunk cost under 1 % of it.
 */
const MAX_CHUNK_ROWS = 250_000
const MIN_CHUNK_ROWS = 1_000

export interface PlanOptions {
  readonly jobs: number
  readonly chunkRows?: number | undefined
}

/** Each chunk is a row of the ledger, and of the messages between threads. */
const MAX_CHUNKS = 1_000_000

/** Throws USAGE when the chunks are so small that there would be more than a million of a table. */
export function planLoad(profile: Profile, { jobs, chunkRows }: PlanOptions): LoadPlan {
  const tables = profile.tables.map((table) =>
    Object.freeze({ ...table, chunkRows: chunkRows ?? defaultChunkRows(table.rows, jobs) }),
  )
  const crowded = tables.find((table) => chunkCount(table) > MAX_CHUNKS)
  if (crowded !== undefined) throw tooManyChunks(crowded)
  return Object.freeze({ profile: profile.name, seed: profile.seed, tables })
}

function tooManyChunks(table: TablePlan): GigarowError {
  const name = displayName(table.table)
  const least = Math.ceil(table.rows / MAX_CHUNKS)
  return new GigarowError(
    'USAGE',
    `Chunks of ${table.chunkRows} rows are too small for the ${formatCount(table.rows)} rows of ${name}.`,
    {
      facts: { table: name, rows: table.rows, chunkRows: table.chunkRows },
      hint: `Give --chunk-rows ${least} or more, or leave it out.`,
    },
  )
}

/** At least eight chunks a session, so that sessions end together; within the limits above. */
function defaultChunkRows(rows: number, jobs: number): number {
  return Math.min(MAX_CHUNK_ROWS, Math.max(MIN_CHUNK_ROWS, Math.ceil(rows / (jobs * 8))))
}

export function chunkCount({ rows, chunkRows }: TablePlan): number {
  return Math.ceil(rows / chunkRows)
}

export function chunkAt({ rows, offset = 0, chunkRows }: TablePlan, chunk: number): Chunk {
  const lo = offset + chunk * chunkRows + 1
  return { chunk, lo, hi: offset + Math.min(rows, (chunk + 1) * chunkRows) }
}

/** Generators are compiled for blocks of 2^32 rows (the hash folds above them): a chunk is cut where a block ends. */
export interface Segment {
  readonly block: number
  readonly lo: number
  readonly hi: number
}

export function segments({ lo, hi }: { lo: number; hi: number }): Segment[] {
  const cut: Segment[] = []
  for (let from = lo; from <= hi; ) {
    const block = Math.floor(from / BLOCK_ROWS)
    const to = Math.min(hi, (block + 1) * BLOCK_ROWS - 1)
    cut.push({ block, lo: from, hi: to })
    from = to + 1
  }
  return cut
}

export function totalRows(plan: LoadPlan): number {
  return plan.tables.reduce((sum, table) => sum + table.rows, 0)
}

/** The ledger's name of a table: quoted and qualified, as it stands in statements. */
export function tableKey(table: TablePlan): string {
  return qualified(table.table)
}
