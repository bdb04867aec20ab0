import type { CopyData, CopySession } from '../copy/index.ts'
import type { ImportFile, ImportPlan } from './plan.ts'
import {
  copySql,
  EMPTY_STAGE_SQL,
  insertSql,
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
}

/** Where the rows of a session go: into the table, or over a stage of its own when keys may be there already. */
export interface Sink {
  put(file: ImportFile, rows: CopyData): Promise<Taken>
}

export async function openSink(session: CopySession, plan: ImportPlan): Promise<Sink> {
  if (plan.duplicates === 'error') {
    return {
      async put(file, rows) {
        const copied = await session.copyIn(copySql(plan, file), rows)
        return { copied, inserted: copied, updated: 0 }
      },
    }
  }
  await session.query(stageSql(plan))
  return {
    async put(file, rows) {
      await session.query(EMPTY_STAGE_SQL)
      const copied = await session.copyIn(copySql(plan, file), rows)
      const inserted = await session.execute(insertSql(plan, file))
      const update = updateSql(plan, file)
      if (update === undefined || inserted === copied) return { copied, inserted, updated: 0 }
      await session.query(UPDATE_SETTINGS_SQL)
      return { copied, inserted, updated: await session.execute(update) }
    },
  }
}
