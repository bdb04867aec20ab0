import {
  type AnySql,
  type Database,
  errorCodeOf,
  inTransaction,
  type ReservedSql,
  type TransactionSql,
  withSession,
} from '../db/index.ts'
import { type Emit, GigarowError, ident } from '../kernel/index.ts'
import type { SeedEvent } from './events.ts'
import { rebuildOrder, type Strip } from './strip.ts'

/** SQLSTATE dependent_objects_still_exist: a view needs the primary key, for one. */
const STILL_NEEDED = '2BP01'

/** Removes what it can, journals what it removed; what something else depends on stays, and is told. */
export async function dropForLoad(
  tx: TransactionSql,
  { run, strips, emit }: { run: number; strips: readonly Strip[]; emit: Emit<SeedEvent> },
): Promise<void> {
  const kept = new Set<string>()
  for (const { dropSql, group, kind, name, table } of strips) {
    if (dropSql === undefined || kept.has(group)) continue
    if (await tryDrop(tx, dropSql)) {
      if (kind !== 'setting') emit({ type: 'index.dropped', table, name })
      continue
    }
    kept.add(group)
    emit({
      type: 'notice',
      message: `${name} on ${table} stays during the load, which will be slower: other objects depend on it.`,
    })
  }
  const dropped = strips.filter((strip) => !kept.has(strip.group))
  const rows = rebuildOrder(dropped).map((strip, ordinal) => ({
    run_id: run,
    ordinal,
    stage: strip.stage,
    kind: strip.kind,
    table_name: strip.table,
    name: strip.name,
    rebuild_sql: tx.json(strip.rebuildSql),
    definition: strip.definition ?? null,
    tablespace: strip.tablespace ?? null,
  }))
  if (rows.length > 0) await tx`insert into gigarow.seed_dropped ${tx(rows)}`
}

async function tryDrop(tx: TransactionSql, dropSql: string): Promise<boolean> {
  try {
    await tx.savepoint((sp) => sp.unsafe(dropSql))
    return true
  } catch (error) {
    if (errorCodeOf(error) === STILL_NEEDED) return false
    throw error
  }
}

interface DroppedRow {
  ordinal: number
  stage: number
  kind: Strip['kind']
  table_name: string
  name: string
  rebuild_sql: string[]
  definition: string | null
  tablespace: string | null
}

export async function outstanding(sql: AnySql, run: number): Promise<DroppedRow[]> {
  return sql.unsafe<DroppedRow[]>(
    `select ordinal, stage, kind, table_name, name, rebuild_sql, definition, tablespace from gigarow.seed_dropped
      where run_id = $1 and rebuilt_at is null order by ordinal`,
    [run],
  )
}

export interface RebuildOptions {
  readonly run: number
  readonly jobs: number
  readonly emit: Emit<SeedEvent>
  readonly signal: AbortSignal
}

/** Brings back what is still outstanding: indexes side by side, the rest in order, each in one transaction with its journal row. */
export async function rebuild(db: Database, options: RebuildOptions): Promise<void> {
  const rows = await outstanding(db.sql, options.run)
  const memory = await memoryPerBuild(db.sql, options.jobs)
  const indexes = rows.filter((row) => row.stage === 0)
  let done = 0
  const one = async (row: DroppedRow) => {
    await rebuildOne(db, row, { ...options, memory })
    options.emit({ type: 'phase.progress', phase: 'indexes', done: ++done, detail: row.name })
  }
  await inParallel(indexes, options, one)
  for (const row of rows.filter((r) => r.stage > 0)) {
    options.signal.throwIfAborted()
    await one(row)
  }
}

/** maintenance_work_mem is for one build: side by side they share it. In kB, at least 64 MB. */
async function memoryPerBuild(sql: AnySql, jobs: number): Promise<number> {
  const [row] = await sql.unsafe<{ kb: number }[]>(
    "select setting::int as kb from pg_settings where name = 'maintenance_work_mem'",
  )
  return Math.max(65_536, Math.floor(row!.kb / jobs))
}

async function inParallel<T>(
  items: readonly T[],
  { jobs, signal }: { jobs: number; signal: AbortSignal },
  each: (item: T) => Promise<void>,
): Promise<void> {
  const queue = [...items]
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
      signal.throwIfAborted()
      await each(item)
    }
  }
  const results = await Promise.allSettled(Array.from({ length: Math.min(jobs, items.length) }, worker))
  const failed = results.find((r) => r.status === 'rejected')
  if (failed) throw failed.reason
}

async function rebuildOne(
  db: Database,
  row: DroppedRow,
  { run, emit, memory }: RebuildOptions & { memory: number },
): Promise<void> {
  const started = performance.now()
  const build = async (session: ReservedSql) => {
    await session.unsafe(`set local maintenance_work_mem = ${memory}`)
    if (row.tablespace !== null)
      await session.unsafe(`set local default_tablespace = ${ident(row.tablespace)}`)
    for (const statement of row.rebuild_sql) await session.unsafe(statement)
    await checkDefinition(session, row)
    await session.unsafe(
      'update gigarow.seed_dropped set rebuilt_at = clock_timestamp(), seconds = $3 where run_id = $1 and ordinal = $2',
      [run, row.ordinal, (performance.now() - started) / 1000],
    )
  }
  await withSession(db, (session) => inTransaction(session, () => build(session))).catch((error: unknown) => {
    throw explain(error, row)
  })
  if (row.stage === 0)
    emit({
      type: 'index.built',
      table: row.table_name,
      name: row.name,
      seconds: (performance.now() - started) / 1000,
    })
}

/** A name that exists proves nothing: what stands there now must read as it did before. */
async function checkDefinition(sql: AnySql, row: DroppedRow): Promise<void> {
  if (row.definition === null) return
  const query =
    row.kind === 'index'
      ? `select pg_get_indexdef(i.indexrelid) as definition from pg_index i join pg_class c on c.oid = i.indexrelid
          where i.indrelid = $1::text::regclass and c.relname = $2 and i.indisvalid`
      : 'select pg_get_constraintdef(oid) as definition from pg_constraint where conrelid = $1::text::regclass and conname = $2'
  const [found] = await sql.unsafe<{ definition: string }[]>(query, [row.table_name, row.name])
  if (found?.definition === row.definition) return
  throw new GigarowError(
    'SEED_REBUILD_DIFFERS',
    `${row.name} on ${row.table_name} did not come back as it was: "${found?.definition ?? 'nothing'}" instead of "${row.definition}".`,
    {
      facts: { table: row.table_name, name: row.name },
      hint: 'Nothing of it was committed. If the definition was changed on purpose meanwhile, create it by hand.',
    },
  )
}

/** Unique and foreign keys that the rows break are the profile's fault: say which. Anything else keeps its own words. */
function explain(error: unknown, row: DroppedRow): unknown {
  const code = errorCodeOf(error)
  if (code !== '23505' && code !== '23503' && code !== '23514' && code !== '23P01') return error
  const detail = (error as { detail?: string }).detail ?? (error as Error).message
  return new GigarowError(
    'SEED_BREAKS_CONSTRAINT',
    `The loaded rows break ${row.name} on ${row.table_name}: ${detail}`,
    {
      facts: { table: row.table_name, constraint: row.name, sqlstate: code },
      hint: 'Correct the profile and load again with --truncate; until then the table stands without it.',
      cause: error,
    },
  )
}
