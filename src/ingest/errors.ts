import { basename } from 'node:path'
import { displayName, GigarowError, type QualifiedName, shellWord } from '../kernel/index.ts'

export function invalidFile(path: string, problem: string, hint?: string): GigarowError {
  return new GigarowError('IMPORT_FILE_INVALID', `${problem}.`, {
    facts: { file: path },
    ...(hint === undefined ? {} : { hint }),
  })
}

/** A quote without its other one: all up to the end of the file would be one field. Who knows the file makes unclosed() of it. */
export class OpenQuote extends Error {
  /** On which its record begins, where that is known. */
  readonly line: number | undefined

  constructor(line?: number) {
    super('A quote is never closed.')
    this.line = line
  }
}

export function unclosed(path: string, { line }: Pick<OpenQuote, 'line'>): GigarowError {
  const where = line === undefined ? '' : `, in the record that begins on line ${line} or before it`
  return invalidFile(
    path,
    `${basename(path)} has an odd number of quotes: one of them is never closed${where}`,
    'A quote within a field is written twice, and the field in quotes.',
  )
}

export function misfit(message: string, { facts = {}, hint }: MisfitDetails = {}): GigarowError {
  return new GigarowError('IMPORT_MISFIT', message, { facts, ...(hint === undefined ? {} : { hint }) })
}

interface MisfitDetails {
  readonly facts?: Readonly<Record<string, string | readonly string[]>>
  readonly hint?: string
}

/** To be copied into a shell. */
export function resumeCommand({ table }: { readonly table: QualifiedName }): string {
  return `gigarow import --resume --into ${shellWord(displayName(table))}`
}

export function resumeHint(plan: { readonly table: QualifiedName }): string {
  return `Go on with: ${resumeCommand(plan)}`
}
