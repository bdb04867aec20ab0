import { setTimeout as delay } from 'node:timers/promises'
import { type AnySql, type ReservedSql, withLockRetry } from '../db/index.ts'
import { displayName, GigarowError, ident, type QualifiedName, qualified } from '../kernel/index.ts'
import type { Run } from './execute.ts'

export interface BackfillOptions {
  /** Names it within its migration; needed where there is more than one. */
  readonly name?: string
  /** users, or { schema: 'warehouse', name: 'facts' }. */
  readonly table: string | QualifiedName
  /** A column with an index, NOT NULL, in whose order the rows are gone through: its primary key as a rule. Default id. */
  readonly key?: string
  /**
   * The statement for one batch, as SQL text in which `:batch` stands for the condition that selects its rows:
   * `update users set email = lower(email) where :batch and email <> lower(email)`
   */
  readonly statement: string
  /** Rows of a batch. Default 10,000. */
  readonly batchRows?: number
  /** Milliseconds between two batches. Default 100. */
  readonly pauseMs?: number
}

export interface BackfillResult {
  /** That were changed, those of an interrupted run included. */
  readonly rows: number
}

interface State {
  readonly lastKey: string | null
  readonly rows: number
  readonly done: boolean
}

/**
 * Goes through a table in the order of a key: each batch is a transaction of its own with the row that says how far it came, under a
 * short lock_timeout. Interrupted at any point, it goes on behind the last batch that was committed.
 */
export async function backfill(
  run: Run,
  migration: string,
  options: BackfillOptions,
): Promise<BackfillResult> {
  const { name = 'backfill', batchRows = 10_000, pauseMs = 100 } = options
  const table = await readTable(run.session, options)
  const statement = withBatch(options.statement, table)
  let state = await readState(run.session, { migration, name })
  const total = table.estimate
  for (let pause = false; !state.done; pause = true) {
    run.signal?.throwIfAborted()
    if (pause) await delay(pauseMs, undefined, run.signal ? { signal: run.signal } : {})
    const { lastKey, rows } = state
    state = await oneBatch(run, { migration, name, table, statement, batchRows, lastKey, rows })
    run.emit({ type: 'migrate.backfill', name: migration, table: table.label, rows: state.rows, total })
  }
  return { rows: state.rows }
}

interface Table {
  readonly label: string
  readonly name: string
  readonly key: string
  /** format_type of the key. */
  readonly type: string
  /** Rows, by the server's estimate. */
  readonly estimate: number
}

async function readTable(sql: AnySql, { table, key = 'id' }: BackfillOptions): Promise<Table> {
  const given = typeof table === 'string' ? { schema: 'public', name: table } : table
  const [row] = await sql<{ type: string; nullable: boolean; estimate: number }[]>`
    select format_type(a.atttypid, a.atttypmod) as type, not a.attnotnull as nullable,
           (select coalesce(sum(greatest(l.reltuples, 0)), 0)::float8 from pg_class l
             where l.oid = c.oid or l.oid in (select relid from pg_partition_tree(c.oid))) as estimate
      from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = ${key} and not a.attisdropped
     where c.oid = to_regclass(${qualified(given)})`
  const label = displayName(given)
  if (row === undefined || row.nullable) {
    const problem = row === undefined ? 'there is none' : 'it can be null, and such rows would be left out'
    throw new GigarowError('MIGRATION_INVALID', `The backfill goes by ${label}.${key}: ${problem}.`, {
      facts: { table: label, key },
      hint: 'Name a column of the table that is NOT NULL and has an index: key.',
    })
  }
  return { label, name: qualified(given), key: ident(key), type: row.type, estimate: row.estimate }
}

function withBatch(statement: string, { key, type, label }: Table): string {
  if (/:batch\b/.test(statement))
    return statement.replaceAll(
      /:batch\b/g,
      `(($1::text is null or ${key} > $1::text::${type}) and ${key} <= $2::text::${type})`,
    )
  throw new GigarowError('MIGRATION_INVALID', `The backfill of ${label} has no :batch in its statement.`, {
    facts: { table: label },
    hint: 'Without it every batch would change the whole table: update … set … where :batch.',
  })
}

async function readState(
  sql: AnySql,
  { migration, name }: { migration: string; name: string },
): Promise<State> {
  const [row] = await sql<{ lastKey: string | null; rows: string; done: boolean }[]>`
    select last_key as "lastKey", rows, done_at is not null as done
      from gigarow.migration_backfill where migration = ${migration} and name = ${name}`
  return row ? { ...row, rows: Number(row.rows) } : { lastKey: null, rows: 0, done: false }
}

interface Batch {
  readonly migration: string
  readonly name: string
  readonly table: Table
  readonly statement: string
  readonly batchRows: number
  readonly lastKey: string | null
  readonly rows: number
}

function oneBatch(run: Run, batch: Batch): Promise<State> {
  const { db, session, lock, emit, signal } = run
  const doing = `filling ${batch.table.label}`
  return withLockRetry(
    db,
    session,
    { doing, policy: lock, emit, ...(signal ? { signal } : {}) },
    async () => {
      const to = await endOfBatch(session, batch)
      const changed = to === null ? 0 : (await session.unsafe(batch.statement, [batch.lastKey, to])).count
      const state = { lastKey: to ?? batch.lastKey, rows: batch.rows + changed, done: to === null }
      await session`
      insert into gigarow.migration_backfill (migration, name, last_key, rows, done_at)
      values (${batch.migration}, ${batch.name}, ${state.lastKey}, ${state.rows}, case when ${state.done} then now() end)
      on conflict (migration, name)
      do update set last_key = excluded.last_key, rows = excluded.rows, done_at = excluded.done_at`
      return state
    },
  )
}

/** The last key of the next batch; null behind the last row. */
async function endOfBatch(
  session: ReservedSql,
  { table, lastKey, batchRows }: Batch,
): Promise<string | null> {
  const { name, key, type } = table
  const after = lastKey === null ? '' : `where ${key} > $1::text::${type}`
  const [row] = await session.unsafe<{ last: string | null }[]>(
    `select (select k::text from (select ${key} as k from ${name} ${after} order by ${key} limit ${batchRows}) b order by b.k desc limit 1) as last`,
    lastKey === null ? [] : [lastKey],
  )
  return row!.last
}
