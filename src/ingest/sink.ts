import type { CopyData, CopySession } from '../copy/index.ts'
import { qualified } from '../kernel/index.ts'
import type { ImportFile, ImportPlan } from './plan.ts'
import {
  copySql,
  EMPTY_STAGE_SQL,
  insertSql,
  moveSql,
  STAGE,
  stageSql,
  UPDATE_SETTINGS_SQL,
  updateSql,
} from './statements.ts'

/** What the server says that it took. */
export interface Taken {
  /** Rows of the COPY, without those that its WHERE left out. */
  readonly copied: number
  readonly inserted: number
  readonly updated: number
  /** Of the copied ones, those that a trigger has swallowed. */
  readonly swallowed: number
}

export const NOTHING_TAKEN: Taken = Object.freeze({ copied: 0, inserted: 0, updated: 0, swallowed: 0 })

export function addTaken(a: Taken, b: Taken): Taken {
  return {
    copied: a.copied + b.copied,
    inserted: a.inserted + b.inserted,
    updated: a.updated + b.updated,
    swallowed: a.swallowed + b.swallowed,
  }
}

/** Where the rows of a session go: into the table, or over a stage of its own. */
export interface Sink {
  put(file: ImportFile, rows: CopyData): Promise<Taken>
}

/**
 * Over a stage when keys may be there already. Also when both WHERE and a trigger may leave out rows of the COPY: it does not say which of them
 * did, and the stage has no triggers.
 */
export async function openSink(session: CopySession, plan: ImportPlan): Promise<Sink> {
  const triggers = await maySwallow(session, plan)
  if (plan.duplicates === 'error' && (plan.filter === undefined || !triggers)) return direct(session, plan)
  await session.query(stageSql(plan))
  if (plan.duplicates === 'error') return sifted(session, plan)
  return keyed(session, plan, triggers ? insertWatched : insertPlain)
}

/** Whether a trigger of the table or of one of its partitions could return null for a row. */
async function maySwallow(session: CopySession, plan: ImportPlan): Promise<boolean> {
  const [row] = await session.query<{ found: boolean }>(BEFORE_TRIGGERS, [qualified(plan.table)])
  return row!.found
}

/** tgtype: 1 is FOR EACH ROW, 2 is BEFORE, 4 is INSERT. */
const BEFORE_TRIGGERS = `
  select exists (
    select from (select $1::text::regclass::oid as relid union select relid from pg_partition_tree($1::text::regclass)) t
      join pg_trigger g on g.tgrelid = t.relid
     where g.tgtype & 7 = 7 and g.tgenabled <> 'D') as found`

function direct(session: CopySession, plan: ImportPlan): Sink {
  return {
    async put(file, rows) {
      const copied = await session.copyIn(copySql(plan, file), rows)
      return { ...NOTHING_TAKEN, copied, inserted: copied }
    },
  }
}

function sifted(session: CopySession, plan: ImportPlan): Sink {
  return {
    async put(file, rows) {
      await session.query(EMPTY_STAGE_SQL)
      const copied = await session.copyIn(copySql(plan, file, STAGE), rows)
      const inserted = await session.execute(moveSql(plan, file))
      return { ...NOTHING_TAKEN, copied, inserted, swallowed: copied - inserted }
    },
  }
}

type Insert = (session: CopySession, sql: string) => Promise<Pick<Taken, 'inserted' | 'swallowed'>>

const insertPlain: Insert = async (session, sql) => ({ inserted: await session.execute(sql), swallowed: 0 })

/**
 * What was neither inserted nor in conflict with a key. Only EXPLAIN tells the conflicts: a trigger may change the key, too, so nobody could say
 * it by looking for the keys afterwards.
 */
const insertWatched: Insert = async (session, sql) => {
  const [row] = await session.query<{ 'QUERY PLAN': readonly { readonly Plan: InsertPlan }[] }>(
    `explain (analyze, timing off, costs off, summary off, format json) ${sql} returning 1`,
  )
  const { 'Actual Rows': inserted, 'Tuples Inserted': tried } = row!['QUERY PLAN'][0]!.Plan
  return { inserted, swallowed: tried - inserted }
}

interface InsertPlan {
  readonly 'Actual Rows': number
  /** All but the conflicts. */
  readonly 'Tuples Inserted': number
}

function keyed(session: CopySession, plan: ImportPlan, insert: Insert): Sink {
  return {
    async put(file, rows) {
      await session.query(EMPTY_STAGE_SQL)
      const copied = await session.copyIn(copySql(plan, file), rows)
      const taken = { ...(await insert(session, insertSql(plan, file))), copied, updated: 0 }
      const update = updateSql(plan, file)
      if (update === undefined || taken.inserted === copied) return taken
      await session.query(UPDATE_SETTINGS_SQL)
      return { ...taken, updated: await session.execute(update) }
    },
  }
}
