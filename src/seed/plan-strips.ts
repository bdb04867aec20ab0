import type { Database } from '../db/index.ts'
import { chooseIndexes } from './index-mode.ts'
import type { IndexMode } from './options.ts'
import type { LoadTable } from './preflight.ts'
import type { Strip } from './strip.ts'
import { allowedStrips } from './strip-rights.ts'
import { planUnlogged } from './unlogged.ts'

export interface PlannedStrips {
  readonly strips: readonly Strip[]
  /** What there is to tell of it: a sentence each. */
  readonly said: readonly string[]
}

/** All that a load changes on its tables, and what it leaves for a reason. Changes nothing. */
export async function planStrips(
  db: Database,
  tables: readonly LoadTable[],
  { indexes, unlogged = false }: { indexes?: IndexMode | undefined; unlogged?: boolean },
): Promise<PlannedStrips> {
  const { stripped, said } = chooseIndexes(tables, indexes)
  const lives = stripped.map(({ live }) => live)
  const { strips, kept } = await allowedStrips(db.sql, lives)
  if (!unlogged) return { strips, said: [...said, ...kept] }
  const gone = new Set(strips.map(({ group }) => group))
  const more = await planUnlogged(db.sql, tables, { gone })
  return { strips: [...strips, ...more.strips], said: [...said, ...kept, ...more.said] }
}
