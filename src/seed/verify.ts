import type { LiveTable } from '../catalog/index.ts'
import type { Database } from '../db/index.ts'
import { displayName, type Emit, GigarowError, ident, qualified } from '../kernel/index.ts'
import type { SeedEvent } from './events.ts'
import { namingRow } from './odd-row.ts'
import { chunkAt, chunkCount, type LoadPlan, type TablePlan, tableKey } from './plan.ts'
import type { LoadTable } from './preflight.ts'
import { isByChunk, isIndexed, numberColumn, rowNumberSql } from './row-number.ts'
import type { ChunkSum, VerifyUnit } from './worker-protocol.ts'
import type { WorkerPool } from './workers.ts'

export interface TableResult {
  /** As people write it: billion_rows, warehouse.facts. */
  readonly table: string
  readonly rows: number
  /** Of a table that rows were added to: how many it held before. */
  readonly before?: number
  /** Table, indexes, TOAST and maps, all partitions. */
  readonly bytes: number
  /** Sum of the checksums of these rows mod 2^64: 16 hexadecimal digits. Independent of the order of rows and of the filler. */
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
const UNIT_ROWS = 500_000

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
        compare(table, asFound(table, expected), found)
      } catch (error) {
        const number = isByChunk(table) ? rowNumberSql(table) : undefined
        throw await namingRow(db, error, { table, live, seed: plan.seed, number })
      }
      return {
        table: displayName(table.table),
        rows: table.rows,
        ...(table.before === undefined ? {} : { before: table.before.rows }),
        bytes: await totalBytes(db, live.oid),
        checksum: total(expected),
      }
    }),
  )
}

/**
 * The plan with the number and checksum of the rows that are there already, of tables whose new rows no number tells from
 * them. Reads those tables.
 */
export async function withRowsBefore(
  db: Database,
  { plan, tables, jobs, threads, signal }: Omit<VerifyOptions, 'run' | 'emit'>,
): Promise<LoadPlan> {
  const isSummed = (k: number) => tables[k]!.plan.before !== undefined && !isIndexed(tables[k]!)
  if (!tables.some((_, k) => isSummed(k))) return plan
  const marked = plan.tables.map((table, k) => (isSummed(k) ? summed(table, { rows: 0, sum: 0n }) : table))
  const units: VerifyUnit[] = []
  for (const [k, { live }] of tables.entries())
    if (isSummed(k)) units.push(...(await blockUnits(db, k, live)))
  const sums = new Map<string, Map<number, ChunkSum>>()
  await threads.run({
    tasks: shareUnits(units, { plan: { ...plan, tables: marked }, run: 0, jobs, target: db.target }),
    signal,
    onMessage: (message) => {
      if (message.type === 'sum') for (const sum of message.sums) add(sums, message.table, sum)
    },
  })
  signal.throwIfAborted()
  const done = marked.map((table, k) =>
    isSummed(k) ? summed(table, sums.get(tableKey(table))?.get(0) ?? { rows: 0, sum: 0n }) : table,
  )
  return Object.freeze({ ...plan, tables: Object.freeze(done) })
}

function summed(table: TablePlan, { rows, sum }: Omit<ChunkSum, 'chunk'>): TablePlan {
  return Object.freeze({ ...table, before: { rows, checksum: toHex(sum) } })
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
    const { live } = tables[t]!
    const isNumbered = table.before !== undefined && table.before.checksum === undefined
    const found = isNumbered ? numberUnits(t, { plan: table, live }) : await blockUnits(db, t, live)
    units.push(...interleave(expected, found))
  }
  return units
}

/** Each partition by itself; where this role may read them only through their parent, the same blocks of all of them at a time. */
async function blockUnits(db: Database, table: number, live: LiveTable): Promise<VerifyUnit[]> {
  const oids = live.leaves.map(({ oid }) => oid)
  const sizes = await db.sql<{ oid: string; blocks: number; may: boolean }[]>`
    select oid::int8::text as oid, (pg_relation_size(oid) / current_setting('block_size')::int8)::int as blocks, has_table_privilege(oid, 'select') as may
      from unnest(${oids}::text[]::int8[]::oid[]) as oid`
  const blocksOf = new Map(sizes.map(({ oid, blocks }) => [oid, blocks]))
  const relations = sizes.every(({ may }) => may)
    ? live.leaves.map((leaf) => ({
        relation: `only ${qualified(leaf)}`,
        blocks: blocksOf.get(leaf.oid) ?? 0,
      }))
    : [{ relation: qualified(live), blocks: Math.max(0, ...sizes.map(({ blocks }) => blocks)) }]
  return relations.flatMap(({ relation, blocks }) =>
    Array.from({ length: Math.ceil(blocks / UNIT_BLOCKS) }, (_, k) => ({
      side: 'found' as const,
      table,
      relation,
      condition: `ctid >= '(${k * UNIT_BLOCKS},0)'::tid and ctid < '(${Math.min(blocks, (k + 1) * UNIT_BLOCKS)},0)'::tid`,
    })),
  )
}

/** New rows by their numbers, through an index: the others are not read. */
function numberUnits(table: number, { plan, live }: LoadTable): VerifyUnit[] {
  const { rows, offset = 0 } = plan
  const { name, start } = numberColumn(plan)!
  const column = ident(name)
  return Array.from({ length: Math.ceil(rows / UNIT_ROWS) }, (_, k) => {
    const first = start + offset + k * UNIT_ROWS
    const end = start + offset + Math.min(rows, (k + 1) * UNIT_ROWS)
    const condition = `${column} >= ${first}::bigint and ${column} < ${end}::bigint`
    return { side: 'found' as const, table, relation: qualified(live), condition }
  })
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

/** Where no row tells its chunk the table is compared as a whole, as chunk 0, with what was there before. */
function asFound(table: TablePlan, chunks: ReadonlyMap<number, ChunkSum>): ReadonlyMap<number, ChunkSum> {
  if (isByChunk(table)) return chunks
  const merged = new Map<string, Map<number, ChunkSum>>()
  for (const chunk of chunks.values()) add(merged, '', { ...chunk, chunk: 0 })
  const { rows = 0, checksum = '0' } = table.before ?? {}
  if (rows > 0) add(merged, '', { chunk: 0, rows, sum: BigInt(`0x${checksum}`) })
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
  const where = isByChunk(table) ? rowsOf(table, chunk) : ''
  const wayOut =
    table.before === undefined
      ? 'Load it again with --truncate.'
      : 'The rows that were there before are counted as they were when the load began.'
  const what =
    e.rows === f.rows
      ? 'the number of rows is right, their content is not'
      : `${f.rows} rows instead of ${e.rows}`
  throw new GigarowError(
    'SEED_VERIFY_FAILED',
    `${tableKey(table)} does not hold the rows of the profile: ${wrong.length} of ${new Set([...expected.keys(), ...found.keys()]).size} chunks differ${where}: ${what}.`,
    {
      facts: { table: tableKey(table), chunks: wrong.slice(0, 100), expectedRows: e.rows, foundRows: f.rows },
      hint: `Somebody else changed the table meanwhile, a trigger or rule of it changes rows, or a crash of the server emptied an unlogged partition. ${wayOut}`,
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
  return toHex(sum)
}

function toHex(sum: bigint): string {
  return BigInt.asUintN(64, sum).toString(16).padStart(16, '0')
}

async function totalBytes(db: Database, oid: string): Promise<number> {
  const [row] = await db.sql<{ bytes: string }[]>`
    select coalesce(sum(pg_total_relation_size(relid)), 0)::text as bytes
      from (select ${oid}::int8::oid as relid union select relid from pg_partition_tree(${oid}::int8::oid::regclass)) t`
  return Number(row!.bytes)
}
