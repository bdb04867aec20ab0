import { type Database, inTransaction, type ReservedSql } from '../db/index.ts'
import { chainOf } from './checksum.ts'
import { type MigrationFile, readMigrations } from './files.ts'
import { type LedgerRow, readRecorded, recordReverted } from './ledger.ts'
import { underMigrateLock } from './lock.ts'
import { connected, type RunOptions } from './options.ts'

export interface RepairOptions extends Omit<RunOptions, 'step' | 'to'> {
  /** Takes migrations out of the ledger whose files are gone. */
  readonly forgetMissing?: boolean
}

export interface Repair {
  readonly name: string
  /** reread: the file's checksum and way back replace those of the day it was applied · forgotten: no longer recorded ·
   * missing: its file is gone and it was left · chain: rows before it were changed by hand, and the chain is made anew */
  readonly what: 'reread' | 'forgotten' | 'missing' | 'chain'
}

export interface RepairResult {
  readonly repairs: readonly Repair[]
}

/**
 * Brings the ledger to what the files say, after somebody has looked at the difference: no migration is run and nothing but the ledger
 * is changed.
 */
export async function repair(options: RepairOptions): Promise<RepairResult> {
  const files = await readMigrations(options.folder)
  return connected(options, 'repairing the ledger', async (db) => {
    if (options.dryRun) return { repairs: repairsOf(files, await ledgerOf(db), options) }
    if ((await ledgerOf(db)).length === 0) return { repairs: [] }
    return underMigrateLock(db, options, async (session) => {
      const repairs = repairsOf(files, await ledgerOf(db), options)
      await inTransaction(session, () => carryOut(session, { files, repairs }))
      return { repairs }
    })
  })
}

async function ledgerOf(db: Database): Promise<readonly LedgerRow[]> {
  return (await readRecorded(db)).ledger
}

function repairsOf(
  files: readonly MigrationFile[],
  ledger: readonly LedgerRow[],
  { forgetMissing }: RepairOptions,
): readonly Repair[] {
  const byName = new Map(files.map((file) => [file.name, file]))
  let chain = ''
  return ledger.flatMap(({ name, checksum, chain: recorded }): readonly Repair[] => {
    const broken = recorded !== chainOf(chain, checksum)
    chain = recorded
    const file = byName.get(name)
    if (file === undefined) return [{ name, what: forgetMissing ? 'forgotten' : 'missing' }]
    if (file.checksum !== checksum) return [{ name, what: 'reread' }]
    return broken ? [{ name, what: 'chain' }] : []
  })
}

interface Work {
  readonly files: readonly MigrationFile[]
  readonly repairs: readonly Repair[]
}

async function carryOut(session: ReservedSql, { files, repairs }: Work): Promise<void> {
  for (const { name, what } of repairs) {
    if (what === 'forgotten') await recordReverted(session, name)
    if (what !== 'reread') continue
    const { checksum, downSql } = files.find((file) => file.name === name)!
    await session`
      update gigarow.migration set checksum = ${checksum}, down_sql = ${downSql ?? null} where name = ${name}`
  }
  if (repairs.some(({ what }) => what !== 'missing')) await rechain(session)
}

async function rechain(session: ReservedSql): Promise<void> {
  const rows = await session<{ name: string; checksum: string }[]>`
    select name, checksum from gigarow.migration order by ordinal`
  let chain = ''
  for (const { name, checksum } of rows) {
    chain = chainOf(chain, checksum)
    await session`update gigarow.migration set chain = ${chain} where name = ${name}`
  }
}
