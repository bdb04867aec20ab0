import type { LiveTable } from '../catalog/index.ts'
import type { Database } from '../db/index.ts'
import { qualified } from '../kernel/index.ts'
import { chooseIndexes } from './index-mode.ts'
import type { IndexMode } from './options.ts'
import type { LoadTable } from './preflight.ts'
import { planForeignKeys, planStrip, type Strip } from './strip.ts'
import { allowedStrips } from './strip-rights.ts'
import { readRowTriggers, stripTriggers } from './triggers.ts'
import { planUnlogged } from './unlogged.ts'

export interface PlannedStrips {
  readonly strips: readonly Strip[]
  /** What there is to tell of it: a sentence each. */
  readonly said: readonly string[]
}

export interface StripOptions {
  readonly indexes?: IndexMode | undefined
  readonly unlogged?: boolean | undefined
  /** Triggers that would fire for each row are off. */
  readonly withoutTriggers?: boolean | undefined
  /** The tables are emptied before. */
  readonly truncate?: boolean | undefined
}

function keysFromOutside(tables: readonly LiveTable[]): readonly Strip[] {
  const mine = new Set(tables.map((live) => qualified(live)))
  return planForeignKeys(
    tables.flatMap(({ foreignKeys }) => foreignKeys).filter(({ table }) => !mine.has(qualified(table))),
  )
}

/** All that a load changes on its tables, and what it leaves for a reason. Changes nothing. */
export async function planStrips(
  db: Database,
  tables: readonly LoadTable[],
  { indexes, unlogged = false, withoutTriggers = false, truncate = false }: StripOptions,
): Promise<PlannedStrips> {
  const { stripped, said } = chooseIndexes(tables, indexes)
  const all = tables.map(({ live }) => live)
  const planned = planStrip(stripped.map(({ live }) => live))
  const own = new Set(planned.map(({ group }) => group))
  // A table that another one points at cannot be truncated, empty or not.
  const pointing = truncate ? keysFromOutside(all).filter(({ group }) => !own.has(group)) : []
  const allowed = await allowedStrips(db.sql, all, [...pointing, ...planned])
  const { kept } = allowed
  const triggers = withoutTriggers ? stripTriggers(await readRowTriggers(db.sql, tables)) : []
  const strips = [...allowed.strips, ...triggers]
  if (!unlogged) return { strips, said: [...said, ...kept] }
  const gone = new Set(strips.map(({ group }) => group))
  const more = await planUnlogged(db.sql, tables, { gone })
  return { strips: [...strips, ...more.strips], said: [...said, ...kept, ...more.said] }
}
