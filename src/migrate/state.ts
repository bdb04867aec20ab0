import { GigarowError } from '../kernel/index.ts'
import { chainOf } from './checksum.ts'
import type { MigrationFile } from './files.ts'
import type { LedgerRow, Recorded } from './ledger.ts'

/**
 * applied: as in the file · pending: not applied · partial: some of its statements, or some batches of its backfill are · modified: the file differs from
 * what was applied · missing: applied, all of it or a part, and its file is gone
 */
export type MigrationState = 'applied' | 'pending' | 'partial' | 'modified' | 'missing'

export interface MigrationStatus {
  readonly name: string
  readonly state: MigrationState
  readonly appliedAt?: Date
  readonly appliedBy?: string
  readonly durationMs?: number
  /** Statements that are done, where it is half applied. */
  readonly stepsDone?: number
  /** Pending, but older than one that is applied. */
  readonly outOfOrder?: boolean
}

/** Files and ledger side by side, in the order of the names. */
export function compareStates(
  files: readonly MigrationFile[],
  { ledger, steps, backfills }: Recorded,
): readonly MigrationStatus[] {
  const rows = new Map(ledger.map((row) => [row.name, row]))
  const byName = new Map(files.map((file) => [file.name, file]))
  const newest = newestApplied(ledger)
  const half = [...steps.map((s) => s.migration), ...backfills]
  const names = [...new Set([...byName.keys(), ...rows.keys(), ...half])].sort()
  return names.map((name) => {
    const row = rows.get(name)
    const begun = steps.filter((s) => s.migration === name)
    const done = begun.length > 0 ? { stepsDone: begun.filter((s) => s.done).length } : {}
    if (row === undefined) {
      const late = name < newest ? { outOfOrder: true } : {}
      const state = byName.has(name) ? (half.includes(name) ? 'partial' : 'pending') : 'missing'
      return { name, state, ...done, ...late }
    }
    const { appliedAt, appliedBy, durationMs } = row
    return { name, state: appliedState(row, byName.get(name)), appliedAt, appliedBy, durationMs, ...done }
  })
}

function appliedState(row: LedgerRow, file: MigrationFile | undefined): MigrationState {
  if (file === undefined) return 'missing'
  return file.checksum === row.checksum ? 'applied' : 'modified'
}

function newestApplied(ledger: readonly LedgerRow[]): string {
  return (
    ledger
      .map((row) => row.name)
      .sort()
      .at(-1) ?? ''
  )
}

/** Throws MIGRATION_MISSING, MIGRATION_MODIFIED or MIGRATION_OUT_OF_ORDER, each naming the files. */
export function assertConsistent(
  files: readonly MigrationFile[],
  { ledger, steps, backfills }: Recorded,
  { allowOutOfOrder }: { readonly allowOutOfOrder: boolean },
): void {
  const byName = new Map(files.map((file) => [file.name, file]))
  const recorded = [...ledger.map((row) => row.name), ...steps.map((step) => step.migration), ...backfills]
  const missing = [...new Set(recorded)].filter((name) => !byName.has(name))
  if (missing.length > 0) throw missingError(missing)
  for (const row of ledger) assertUnmodified(row, byName.get(row.name)!)
  assertChain(ledger)
  const applied = new Set(ledger.map((row) => row.name))
  const newest = newestApplied(ledger)
  const late = files.map((f) => f.name).filter((name) => !applied.has(name) && name < newest)
  if (late.length > 0 && !allowOutOfOrder) throw outOfOrder(late, newest)
}

/** Throws MIGRATION_HALF_APPLIED: the ledger cannot call done what is done in part. */
export function assertNoneHalfApplied({ ledger, steps, backfills }: Recorded): void {
  // The backfill of an applied migration is one of its way back.
  const filling = backfills.find((name) => !ledger.some((row) => row.name === name))
  const half = steps.find((s) => s.direction === 'up')?.migration ?? filling
  if (half === undefined) return
  throw new GigarowError('MIGRATION_HALF_APPLIED', `${half} is half applied.`, {
    facts: { migration: half },
    hint: 'gigarow migrate up goes on with it.',
  })
}

/** Throws MIGRATION_HALF_REVERTED: nothing can stand on a migration of which a part is gone. */
export function assertNoneHalfReverted({ ledger, steps }: Recorded): void {
  const half = steps.find((s) => s.direction === 'down' && ledger.some((row) => row.name === s.migration))
  if (half === undefined) return
  throw new GigarowError(
    'MIGRATION_HALF_REVERTED',
    `Taking back ${half.migration} was interrupted: a part of it is gone from the database.`,
    {
      facts: { migration: half.migration },
      hint: 'Run gigarow migrate down to finish that; gigarow migrate up then applies it anew.',
    },
  )
}

function assertUnmodified(row: LedgerRow, file: MigrationFile): void {
  if (row.checksum === file.checksum) return
  throw new GigarowError(
    'MIGRATION_MODIFIED',
    `${file.path} was edited after it was applied: the database has sha256:${row.checksum}, the file is sha256:${file.checksum}.`,
    {
      facts: { migration: row.name, path: file.path, expected: row.checksum, found: file.checksum },
      hint: 'Bring the file back as it was (git checkout), and put the change into a new migration: gigarow generate.',
    },
  )
}

function assertChain(ledger: readonly LedgerRow[]): void {
  let chain = ''
  for (const row of ledger) {
    const expected = chainOf(chain, row.checksum)
    if (row.chain !== expected) {
      throw new GigarowError(
        'MIGRATION_MODIFIED',
        `The ledger gigarow.migration was edited: ${row.name} does not follow the migration recorded before it (chain ${row.chain}, expected ${expected}).`,
        {
          facts: { migration: row.name, expected, found: row.chain },
          hint: 'A row before it was changed or deleted. Bring it back from a backup of the table.',
        },
      )
    }
    chain = row.chain
  }
}

function missingError(names: readonly string[]): GigarowError {
  return new GigarowError(
    'MIGRATION_MISSING',
    `The database has ${names.length === 1 ? 'a migration' : 'migrations'} without a file: ${names.join(', ')}.`,
    {
      facts: { migrations: names },
      hint: 'Bring the folder back from version control, or work with the branch that has it. If the database is the wrong one, see --url.',
    },
  )
}

function outOfOrder(names: readonly string[], newest: string): GigarowError {
  return new GigarowError(
    'MIGRATION_OUT_OF_ORDER',
    `${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} not applied but older than ${newest}, which is.`,
    {
      facts: { migrations: names, newest },
      hint: 'As a rule it came in by a merge: give it a new timestamp (rename the folder), or apply it late with --allow-out-of-order.',
    },
  )
}
