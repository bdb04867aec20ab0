import { type LiveTable, readLiveTable } from '../catalog/index.ts'
import { type AnySql, type Database, inTransaction } from '../db/index.ts'
import {
  displayName,
  type Emit,
  formatCount,
  GigarowError,
  type QualifiedName,
  qualified,
} from '../kernel/index.ts'
import type { ImportEvent } from './events.ts'
import { checkTable } from './fit.ts'
import { amendPlan, forgetLost, hasWitness, type ImportRun, totals } from './ledger.ts'
import type { TableState } from './plan.ts'

/** Throws TABLE_MISSING and IMPORT_MISFIT. */
export async function lookAt(sql: AnySql, table: QualifiedName): Promise<TableState> {
  return stateOf(sql, checkTable(await readLiveTable(sql, table), table))
}

export async function stateOf(sql: AnySql, live: LiveTable): Promise<TableState> {
  const [row] = await sql.unsafe<{ holds: boolean; storage: string | null }[]>(
    `select exists (select from ${qualified(live)}) as holds,
            (select md5(string_agg(pg_relation_filenode(c)::text, ',' order by c)) from unnest($1::text[]::int8[]::oid[]) as c) as storage`,
    [live.leaves.map(({ oid }) => oid)],
  )
  return {
    oid: live.oid,
    storage: row!.storage ?? '',
    wasEmpty: !row!.holds,
    unlogged: live.leaves.length > 0 && live.leaves.every((leaf) => leaf.unlogged),
  }
}

/**
 * Of a stopped import: whether its table is still the one that holds what it has imported. After a crash of the server that has emptied an
 * unlogged table, all of it is to be done again. Throws IMPORT_TABLE_CHANGED.
 */
export async function findAgain(db: Database, run: ImportRun, emit: Emit<ImportEvent>): Promise<ImportRun> {
  const { plan } = run
  const now = await lookAt(db.sql, plan.table)
  if (now.oid !== plan.oid) throw tableChanged(run, 'it was dropped and made anew')
  if (now.unlogged && !plan.unlogged)
    throw tableChanged(
      run,
      'it is unlogged now, and nobody could say what a crash of the server has taken',
      'ALTER TABLE … SET LOGGED, where its rows are still there, and go on with --resume.',
    )
  const lost = plan.unlogged && !(await hasWitness(db.sql, run.id))
  if (lost && !now.unlogged && !now.wasEmpty)
    throw tableChanged(run, 'it was unlogged, and the server has crashed before or after it was logged')
  if (!lost) {
    const { inserted } = await totals(db.sql, run.id)
    if (inserted > 0 && now.wasEmpty && now.storage !== plan.storage)
      throw tableChanged(
        run,
        `the ${formatCount(inserted)} rows that were imported are gone, as with TRUNCATE`,
      )
  }
  return db.withSession((session) =>
    inTransaction(session, async () => {
      if (lost) {
        const rows = await forgetLost(session, run.id)
        if (rows > 0) emit({ type: 'notice', message: lostRows(plan.table, rows) })
      }
      return amendPlan(session, run, { unlogged: now.unlogged, storage: now.storage })
    }),
  )
}

function lostRows(table: QualifiedName, rows: number): string {
  return `The unlogged table ${displayName(table)} has lost the ${formatCount(rows)} rows that were imported, as a crash of the server does: they are imported again.`
}

function tableChanged({ id, plan }: ImportRun, what: string, hint?: string): GigarowError {
  const table = displayName(plan.table)
  return new GigarowError(
    'IMPORT_TABLE_CHANGED',
    `Table ${table} is not as import ${id} has left it: ${what}.`,
    {
      facts: { run: id, table, what },
      hint:
        hint ??
        'To import all of the files anew, after a look at which of their rows are there: --abandon, with --again where files count as imported before.',
    },
  )
}
