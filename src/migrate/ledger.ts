import type { AnySql, Database } from '../db/index.ts'
import { chainOf } from './checksum.ts'

export interface LedgerRow {
  readonly name: string
  readonly ordinal: number
  readonly checksum: string
  readonly chain: string
  readonly downSql: string | null
  readonly appliedAt: Date
  readonly appliedBy: string
  readonly durationMs: number
}

export type Direction = 'up' | 'down'

export interface StepRow {
  readonly migration: string
  readonly direction: Direction
  readonly step: number
  readonly checksum: string
  readonly done: boolean
}

/** What is applied, in the order it was. Nothing where gigarow's tables are not there yet. */
async function readLedger({ sql }: Pick<Database, 'sql'>): Promise<readonly LedgerRow[]> {
  if (!(await storeThere(sql))) return []
  return sql<LedgerRow[]>`
    select name, ordinal, checksum, chain, down_sql as "downSql", applied_at as "appliedAt",
           applied_by as "appliedBy", duration_ms as "durationMs"
      from gigarow.migration order by ordinal`
}

/** Statements that were begun, of migrations that are half applied. */
export async function readSteps({ sql }: Pick<Database, 'sql'>): Promise<readonly StepRow[]> {
  if (!(await storeThere(sql))) return []
  return sql<StepRow[]>`
    select migration, direction, step, checksum, done_at is not null as done
      from gigarow.migration_step order by migration, direction, step`
}

/** Migrations with a backfill that was begun. Its batches are committed one by one; its row goes when the migration is done. */
async function readBackfills({ sql }: Pick<Database, 'sql'>): Promise<readonly string[]> {
  if (!(await storeThere(sql, 'migration_backfill'))) return []
  const rows = await sql<{ migration: string }[]>`
    select distinct migration from gigarow.migration_backfill order by migration`
  return rows.map(({ migration }) => migration)
}

/** All that the database knows of migrations. */
export interface Recorded {
  readonly ledger: readonly LedgerRow[]
  readonly steps: readonly StepRow[]
  /** Names of migrations whose backfill was begun and that are not done. */
  readonly backfills: readonly string[]
}

export async function readRecorded(db: Pick<Database, 'sql'>): Promise<Recorded> {
  return { ledger: await readLedger(db), steps: await readSteps(db), backfills: await readBackfills(db) }
}

/** Of an earlier version some tables are there, others not. */
async function storeThere(sql: AnySql, table = 'migration_step'): Promise<boolean> {
  const [row] = await sql<{ there: boolean }[]>`
    select to_regclass(${`gigarow.${table}`}) is not null as there`
  return row!.there
}

export interface NewLedgerRow {
  readonly name: string
  readonly checksum: string
  readonly downSql: string | undefined
  readonly durationMs: number
}

/** Runs in the migration's own transaction. The advisory lock is held: nobody else writes here. */
export async function recordApplied(sql: AnySql, row: NewLedgerRow): Promise<void> {
  const [last] = await sql<{ ordinal: number; chain: string }[]>`
    select ordinal, chain from gigarow.migration order by ordinal desc limit 1`
  await sql`
    insert into gigarow.migration (name, ordinal, checksum, chain, down_sql, duration_ms)
    values (${row.name}, ${(last?.ordinal ?? 0) + 1}, ${row.checksum}, ${chainOf(last?.chain ?? '', row.checksum)},
            ${row.downSql ?? null}, ${Math.round(row.durationMs)})`
  await forgetSteps(sql, row.name)
}

export async function recordReverted(sql: AnySql, name: string): Promise<void> {
  await sql`delete from gigarow.migration where name = ${name}`
  await forgetSteps(sql, name)
}

async function forgetSteps(sql: AnySql, name: string): Promise<void> {
  await sql`delete from gigarow.migration_step where migration = ${name}`
  await sql`delete from gigarow.migration_backfill where migration = ${name}`
}

export interface StepMark {
  readonly migration: string
  readonly direction: Direction
  readonly step: number
  readonly checksum: string
  readonly done: boolean
}

export async function markStep(
  sql: AnySql,
  { migration, direction, step, checksum, done }: StepMark,
): Promise<void> {
  await sql`
    insert into gigarow.migration_step (migration, direction, step, checksum, done_at)
    values (${migration}, ${direction}, ${step}, ${checksum}, case when ${done} then now() end)
    on conflict (migration, direction, step)
    do update set checksum = excluded.checksum, done_at = excluded.done_at`
}
