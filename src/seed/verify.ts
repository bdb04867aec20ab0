import type { Database } from '../db/index.ts'
import { displayName, type Emit, GigarowError, ident, qualified } from '../kernel/index.ts'
import type { SeedEvent } from './events.ts'
import { namingRow } from './odd-row.ts'
import { chunkAt, chunkCount, type LoadPlan, type TablePlan, tableKey } from './plan.ts'
import type { LoadTable } from './preflight.ts'
import type { ChunkSum, VerifyUnit } from './worker-protocol.ts'
import type { WorkerPool } from './workers.ts'

export interface TableResult {
  /** As people write it: billion_rows, warehouse.facts. */
  readonly table: string
  readonly rows: number
  /** Table, indexes, TOAST and maps, all partitions. */
  readonly bytes: number
  /** Sum of all row checksums mod 2^64: 16 hexadecimal digits. Independent of the order of rows and of the filler. */
  readonly checksum: string
}

export interface VerifyOptions {
  readonly run: number
  readonly plan: LoadPlan
  readonly tables: readonly LoadTable[]
  readonly jobs: number
  readonly threads: WorkerPool
  readonly emit: Emit<SeedEvent>
  readonly signal: AbortSignal
}

/** 64 MB of a relation, about a second of one session's work. */
const UNIT_BLOCKS = 8192

/** Recomputes every row, reads every row, and compares counts and checksums chunk by chunk. Throws SEED_VERIFY_FAILED. */
export async function verify(db: Database, options: VerifyOptions): Promise<TableResult[]> {
  const { plan, jobs, tables, threads, emit, signal } = options
  const sums = {
    expected: new Map<string, Map<number, ChunkSum>>(),
    found: new Map<string, Map<number, ChunkSum>>(),
  }
  const units = await planUnits(db, options)
  let done = 0
  await threads.run({
    tasks: shareUnits(units, { plan, run: options.run, jobs, target: db.target }),
    signal,
    onMessage: (message) => {
      if (message.type !== 'sum') return
      for (const sum of message.sums) add(sums[message.side], message.table, sum)
      if (message.side !== 'found') return
      done += message.rows
      emit({ type: 'phase.progress', phase: 'verify', done })
    },
  })
  signal.throwIfAborted()
  return Promise.all(
    tables.map(async ({ plan: table, live }) => {
      const key = tableKey(table)
      const expected = sums.expected.get(key) ?? new Map()
      const found = sums.found.get(key) ?? new Map()
      try {
        compare(table, mergeUnlessSequenced(table, expected), found)
      } catch (error) {
        throw await namingRow(db, error, { table, live, seed: plan.seed, number: rowNumberSql(table) })
      }
      return {
        table: displayName(table.table),
        rows: table.rows,
        bytes: await totalBytes(db, live.oid),
        checksum: total(found),
      }
    }),
  )
}

function shareUnits(
  units: readonly VerifyUnit[],
  { plan, run, jobs, target }: { plan: LoadPlan; run: number; jobs: number; target: Database['target'] },
) {
  // The threads take units by counting this number up.
  const queue = new SharedArrayBuffer(4)
  return Array.from({ length: jobs }, () => ({ kind: 'verify', target, run, plan, units, queue }) as const)
}

/** Reading and recomputing in turn: while the server's process works for one thread, another computes. */
async function planUnits(db: Database, { plan, tables }: VerifyOptions): Promise<VerifyUnit[]> {
  const units: VerifyUnit[] = []
  for (const [t, table] of plan.tables.entries()) {
    const chunks = chunkCount(table)
    const expected: VerifyUnit[] = Array.from({ length: chunks }, (_, k) => ({
      side: 'expected',
      table: t,
      firstChunk: k,
      lastChunk: k,
    }))
    const found: VerifyUnit[] = []
    for (const leaf of tables[t]!.live.leaves) {
      const [size] = await db.sql<{ blocks: number }[]>`
        select (pg_relation_size(${leaf.oid}::int8::oid) / current_setting('block_size')::int8)::int as blocks`
      for (let first = 0; first < size!.blocks; first += UNIT_BLOCKS) {
        found.push({
          side: 'found',
          table: t,
          relation: `only ${qualified(leaf)}`,
          firstBlock: first,
          endBlock: Math.min(size!.blocks, first + UNIT_BLOCKS),
        })
      }
    }
    units.push(...interleave(expected, found))
  }
  return units
}

function interleave<T>(a: readonly T[], b: readonly T[]): T[] {
  const [long, short] = a.length >= b.length ? [a, b] : [b, a]
  const every = short.length === 0 ? Number.POSITIVE_INFINITY : long.length / short.length
  return long.flatMap((item, i) => {
    const before = Math.floor(i / every)
    const after = Math.floor((i + 1) / every)
    return after > before ? [item, ...short.slice(before, after)] : [item]
  })
}

function add(tables: Map<string, Map<number, ChunkSum>>, table: string, part: ChunkSum): void {
  const chunks = tables.get(table) ?? new Map<number, ChunkSum>()
  tables.set(table, chunks)
  const before = chunks.get(part.chunk) ?? { chunk: part.chunk, rows: 0, sum: 0n }
  chunks.set(part.chunk, {
    chunk: part.chunk,
    rows: before.rows + part.rows,
    sum: BigInt.asUintN(64, before.sum + part.sum),
  })
}

/** The number of a row, from 0, as SQL over its columns; undefined where the profile has no sequence. */
export function rowNumberSql(table: TablePlan): string | undefined {
  const column = table.columns.find((c) => c.generator.kind === 'sequence')
  if (column === undefined) return undefined
  const { start = 1 } = column.generator
  return `(${ident(column.name)} - (${String(start)})::numeric)`
}

/** Without a sequence no row tells its chunk: the table is compared as a whole, as chunk 0. */
function mergeUnlessSequenced(
  table: TablePlan,
  chunks: ReadonlyMap<number, ChunkSum>,
): ReadonlyMap<number, ChunkSum> {
  if (rowNumberSql(table) !== undefined) return chunks
  const merged = new Map<string, Map<number, ChunkSum>>()
  for (const chunk of chunks.values()) add(merged, '', { ...chunk, chunk: 0 })
  return merged.get('') ?? new Map()
}

function compare(
  table: TablePlan,
  expected: ReadonlyMap<number, ChunkSum>,
  found: ReadonlyMap<number, ChunkSum>,
): void {
  const nothing = { rows: 0, sum: 0n }
  const wrong = [...new Set([...expected.keys(), ...found.keys()])]
    .sort((a, b) => a - b)
    .filter((chunk) => {
      const [e, f] = [expected.get(chunk) ?? nothing, found.get(chunk) ?? nothing]
      return e.rows !== f.rows || e.sum !== f.sum
    })
  if (wrong.length === 0) return
  const chunk = wrong[0]!
  const [e, f] = [expected.get(chunk) ?? nothing, found.get(chunk) ?? nothing]
  const where = rowNumberSql(table) === undefined ? '' : rowsOf(table, chunk)
  const what =
    e.rows === f.rows
      ? 'the number of rows is right, their content is not'
      : `${f.rows} rows instead of ${e.rows}`
  throw new GigarowError(
    'SEED_VERIFY_FAILED',
    `${tableKey(table)} does not hold the rows of the profile: ${wrong.length} of ${new Set([...expected.keys(), ...found.keys()]).size} chunks differ${where}: ${what}.`,
    {
      facts: { table: tableKey(table), chunks: wrong.slice(0, 100), expectedRows: e.rows, foundRows: f.rows },
      hint: 'Somebody else changed the table meanwhile, a trigger or rule of it changes rows, or a crash of the server emptied an unlogged partition. Load it again with --truncate.',
    },
  )
}

function rowsOf(table: TablePlan, chunk: number): string {
  if (chunk < 0 || chunk >= chunkCount(table)) return ', first among rows that the profile does not have'
  const { lo, hi } = chunkAt(table, chunk)
  return `, first rows ${lo} to ${hi}`
}

function total(found: ReadonlyMap<number, ChunkSum>): string {
  const sum = [...found.values()].reduce((acc, chunk) => acc + chunk.sum, 0n)
  return BigInt.asUintN(64, sum).toString(16).padStart(16, '0')
}

async function totalBytes(db: Database, oid: string): Promise<number> {
  const [row] = await db.sql<{ bytes: string }[]>`
    select coalesce(sum(pg_total_relation_size(relid)), 0)::text as bytes
      from (select ${oid}::int8::oid as relid union select relid from pg_partition_tree(${oid}::int8::oid::regclass)) t`
  return Number(row!.bytes)
}
