import type { CopySession } from '../copy/index.ts'
import { displayName, GigarowError } from '../kernel/index.ts'
import { CHUNK_SETTINGS_SQL, CLAIM_SQL, COMPLETE_SQL } from './ledger.ts'
import { type Chunk, type LoadPlan, type TablePlan, tableKey } from './plan.ts'

export interface ChunkDone {
  readonly table: string
  readonly chunk: number
  readonly rows: number
  readonly seconds: number
}

/**
 * Several tables are filled at the same time: each session begins with another one, and helps with the others' when its own has
 * no chunk left. `listed` where a foreign key has stayed on: then a table waits for those before it.
 */
export type TableOrder = 'any' | 'listed'

export interface ChunkLoop {
  readonly run: number
  readonly plan: LoadPlan
  readonly order: TableOrder
  /** Which of the sessions this is, as a fraction from 0 up to, but without, 1. */
  readonly phase: number
  readonly signal: AbortSignal
  /** Puts the chunk's rows into the table, inside the transaction that is open; returns how many the server took. */
  readonly fill: (table: TablePlan, chunk: Chunk) => Promise<number>
  readonly onDone: (chunk: ChunkDone) => void
}

/** Takes chunk after chunk from the ledger until none is left, over one connection: claim, rows and ledger row in one transaction. */
export async function fillTables(session: CopySession, loop: ChunkLoop): Promise<void> {
  await session.query(CHUNK_SETTINGS_SQL)
  const { tables } = loop.plan
  const first = loop.order === 'any' ? Math.floor(loop.phase * tables.length) : 0
  for (const [k] of tables.entries()) {
    const table = tables[(first + k) % tables.length]!
    while (!loop.signal.aborted && (await fillNext(session, table, loop)));
    if (loop.order === 'listed') await awaitOthers(session, table, loop)
  }
}

/** Until the chunks of a table that other sessions hold are committed: locks on them are granted when they end. */
async function awaitOthers(
  session: CopySession,
  table: TablePlan,
  { run, signal }: ChunkLoop,
): Promise<void> {
  if (signal.aborted) return
  await session.query(
    'select from gigarow.seed_chunk where run_id = $1 and table_name = $2 and done_at is null for share',
    [run, tableKey(table)],
  )
}

async function fillNext(session: CopySession, table: TablePlan, loop: ChunkLoop): Promise<boolean> {
  const key = tableKey(table)
  await session.query('begin')
  try {
    const [claimed] = await session.query<{ chunk: number; lo: string; hi: string }>(CLAIM_SQL, [
      loop.run,
      key,
    ])
    if (!claimed) {
      await session.query('rollback')
      return false
    }
    const chunk = { chunk: claimed.chunk, lo: Number(claimed.lo), hi: Number(claimed.hi) }
    const started = performance.now()
    const rows = await loop.fill(table, chunk)
    checkCount(table, chunk, rows)
    const seconds = (performance.now() - started) / 1000
    await session.query(COMPLETE_SQL, [loop.run, key, chunk.chunk, rows, seconds])
    await session.query('commit')
    loop.onDone({ table: key, chunk: chunk.chunk, rows, seconds })
    return true
  } catch (error) {
    await session.query('rollback').catch(() => {})
    throw error
  }
}

function checkCount(table: TablePlan, { lo, hi, chunk }: Chunk, rows: number): void {
  if (rows === hi - lo + 1) return
  const name = displayName(table.table)
  throw new GigarowError(
    'SEED_COUNT_DIFFERS',
    `The server took ${rows} of ${hi - lo + 1} rows of chunk ${chunk} of ${name}.`,
    {
      facts: { table: name, chunk, sent: hi - lo + 1, taken: rows },
      hint: 'Something on the table removes rows: a rule, a trigger that returns null, row security. Disable it for the load.',
    },
  )
}
