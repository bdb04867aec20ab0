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

export interface ChunkLoop {
  readonly run: number
  readonly plan: LoadPlan
  readonly signal: AbortSignal
  /** Puts the chunk's rows into the table, inside the transaction that is open; returns how many the server took. */
  readonly fill: (table: TablePlan, chunk: Chunk) => Promise<number>
  readonly onDone: (chunk: ChunkDone) => void
}

/** Takes chunk after chunk from the ledger until none is left, over one connection: claim, rows and ledger row in one transaction. */
export async function fillTables(session: CopySession, loop: ChunkLoop): Promise<void> {
  await session.query(CHUNK_SETTINGS_SQL)
  for (const table of loop.plan.tables) {
    while (!loop.signal.aborted && (await fillNext(session, table, loop)));
  }
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
