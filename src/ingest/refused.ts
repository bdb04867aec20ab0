import { basename } from 'node:path'
import { errorCodeOf } from '../db/index.ts'
import { GigarowError } from '../kernel/index.ts'
import { resumeCommand } from './errors.ts'
import type { ImportRun, Reject } from './ledger.ts'

/**
 * Whether the server refuses a row and not the statement: data that cannot be read (22), that breaks a constraint or finds no partition (23),
 * an index entry that is too large (54000), a check option (44), what a trigger raises (P0001).
 */
export function isRowError(error: unknown): boolean {
  const code = errorCodeOf(error)
  return code !== undefined && /^(22|23|44)...$|^54000$|^P0001$/.test(code)
}

/** Two sessions met each other's keys: one of them is rolled back, and may try again. */
export function isConflict(error: unknown): boolean {
  const code = errorCodeOf(error)
  return code === '40P01' || code === '40001'
}

/** COPY t, line 3, column a: "x" in any language of the server; the number of the line is that within what was sent. */
export function placeOf(error: unknown): {
  readonly line: number | undefined
  readonly column: string | undefined
} {
  const fields = error as { readonly where?: string; readonly column?: string }
  const context = (fields.where ?? '').split('\n').find((line) => line.startsWith('COPY ')) ?? ''
  const [, line, column] = /^COPY .*?, \S+ (\d+)(?:, \S+ ([^:,]+))?/u.exec(context) ?? []
  return {
    line: line === undefined ? undefined : Number(line),
    column: fields.column ?? column,
  }
}

export function reasonOf(error: unknown): string {
  const { message, detail } = error as { readonly message: string; readonly detail?: string }
  return detail === undefined || detail === '' ? message : `${message} (${detail})`
}

/** How many rows may still be refused. One for all sessions of an import. */
export class RejectLimit {
  #left: number
  readonly #limit: number

  constructor(limit: number, used: number) {
    this.#limit = limit
    this.#left = limit - used
  }

  /** Throws IMPORT_ROW_REFUSED for the row that is one too many. */
  take(run: ImportRun, { file, line, column, reason }: Reject & { readonly file: string }): void {
    if (this.#left > 0) {
      this.#left--
      return
    }
    const limit = this.#limit
    const where = column === undefined ? '' : `, column ${column}`
    const more = limit === 0 ? '' : ` It is one more than the ${limit} of --max-rejects.`
    throw new GigarowError('IMPORT_ROW_REFUSED', `${basename(file)}:${line}${where}: ${reason}.${more}`, {
      facts: { file, line, column: column ?? null, reason, run: run.id },
      hint: `Nothing of this part of the file was kept. To go on and note such rows: ${resumeCommand(run.plan)} --rejects refused.csv --max-rejects ${Math.max(100, limit * 2)}. To begin again with a corrected file: --abandon, and --on-duplicate skip for the rows that are there.`,
    })
  }

  /** A chunk was rolled back: it will be counted again. */
  giveBack(rejects: number): void {
    this.#left += rejects
  }
}
